using System.Text;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>Sources in other formats, against what Elasticsearch 7.10.2 answered when each was asked for as JSON.</summary>
public sealed class SourceJsonTests
{
    /// <summary>Documents as they were sent, in hexadecimal digits, and what the server showed.</summary>
    public static TheoryData<string, string, string> Binary => new()
    {
        { "Cbor", "A16161F93C00", "{\"a\":1.0}" },
        { "Cbor", "A16161FA3FC00000", "{\"a\":1.5}" },
        { "Cbor", "A16161FB3FF199999999999A", "{\"a\":1.1}" },
        { "Cbor", "BF616118FF61623903E861631BFFFFFFFFFFFFFFFFFF", "{\"a\":255,\"b\":-1001,\"c\":18446744073709551615}" },
        { "Cbor", "A16161C249010000000000000000", "{\"a\":18446744073709551616}" },
        { "Cbor", "A16161C349010000000000000000", "{\"a\":-18446744073709551616}" },
        { "Cbor", "A1616144DEADBEEF", "{\"a\":\"3q2+7w==\"}" },
        { "Cbor", "A161615F42DEAD42BEEFFF", "{\"a\":\"3q2+7w==\"}" },
        { "Cbor", "A161617F626865636C6C6FFF", "{\"a\":\"hello\"}" },
        { "Cbor", "D9D9F7A16161F6", "{\"a\":null}" },
        { "Cbor", "A16161F7", "{\"a\":null}" },
        { "Cbor", "A16161C11A5C2AA680", "{\"a\":1546299008}" },
        { "Cbor", "A16161C48221196AB3", "{\"a\":273.15}" },
        { "Cbor", "A16161FB7FF0000000000000", "{\"a\":\"Infinity\"}" },
        { "Cbor", "A16161FB7FF8000000000000", "{\"a\":\"NaN\"}" },
        { "Cbor", "A16161FA3DCCCCCD", "{\"a\":0.1}" },
        { "Cbor", "A16161FB4341C37937E08000", "{\"a\":1.0E16}" },
        { "Cbor", "A161613BFFFFFFFFFFFFFFFF", "{\"a\":-18446744073709551616}" },
        { "Cbor", "A16161FA501502F9", "{\"a\":1.0E10}" },
        { "Cbor", "A16161FB3F50624DD2F1A9FC", "{\"a\":0.001}" },
        { "Cbor", "A16161FBC1E0000000000000", "{\"a\":-2.147483648E9}" },
        { "Cbor", "A10102", "{\"1\":2}" },
        { "Cbor", "A16161F97BFF", "{\"a\":65504.0}" },
        { "Cbor", "A161619F01FF", "{\"a\":[1]}" },
        { "Smile", "3A290A00FA806128037E000000FB", "{\"a\":1.5}" },
        { "Smile", "3A290A00FA806128036E33194DFB", "{\"a\":0.1}" },
        { "Smile", "3A290A00FA806129003F786633194C66331AFB", "{\"a\":1.1}" },
        { "Smile", "3A290A00FA806129003F2818495D1746537CFB", "{\"a\":0.001}" },
        { "Smile", "3A290A00FA806129004320706F133F020000FB", "{\"a\":1.0E16}" },
        { "Smile", "3A290A00FA806129004131445A0000000000FB", "{\"a\":1.0E7}" },
        { "Smile", "3A290A00FA80612900413363051D6633194DFB", "{\"a\":1.23456789E7}" },
        { "Smile", "3A290A00FA8061280500540579FB", "{\"a\":1.0E10}" },
        { "Smile", "3A290A00FA806128045C000000FB", "{\"a\":1.6777216E7}" },
        { "Smile", "3A290A00FA80612901000000000000000000FB", "{\"a\":-0.0}" },
        { "Smile", "3A290A00FA806129003E723E1658470D5171FB", "{\"a\":1.0E-5}" },
        { "Smile", "3A290A00FA806129007F7800000000000000FB", "{\"a\":\"Infinity\"}" },
        { "Smile", "3A290A00FA806129007F7C00000000000000FB", "{\"a\":\"NaN\"}" },
        { "Smile", "3A290A00FA80612900000000000000000001FB", "{\"a\":4.9E-324}" },
        { "Smile", "3A290A00FA806129003F3018495D1746537CFB", "{\"a\":0.002}" },
        { "Smile", "3A290A00FA80612900432000000000000000FB", "{\"a\":9.007199254740992E15}" },
        { "Smile", "3A290A00FA806128077B7F7F7FFB", "{\"a\":3.4028235E38}" },

        // The server's Java had one digit more than it takes; a newer one writes this.
        { "Smile", "3A290A00FA8061280004000000FB", "{\"a\":1.1754944E-38}" },
        { "Smile", "3A290A00FA80612900402C40000000000000FB", "{\"a\":100.0}" },
        { "Smile", "3A290A00FA806129004425465C4D370B5E50FB", "{\"a\":1.0E21}" },
        { "Smile", "3A290A00FA80612900433D5A364B530C1E35FB", "{\"a\":1.2345678901234568E17}" },
        { "Smile", "3A290A00FA806126890040000000000000000000FB", "{\"a\":18446744073709551616}" },
        { "Smile", "3A290A00FA806126897F40000000000000000000FB", "{\"a\":-18446744073709551616}" },
        { "Smile", "3A290A00FA80612A8482180E01FB", "{\"a\":123.45}" },
        { "Smile", "3A290A00FA80612A898A0127282B32396C7121111903FB", "{\"a\":1.2345678901234567890123E+27}" },
        { "Smile", "3A290A00FA8061E88B34192D46633C4077375C4D4604FB", "{\"a\":\"aGVsbG8gd29ybGQ=\"}" },
        { "Smile", "3A290A00FA8061E8827F7F02FB", "{\"a\":\"//4=\"}" },
        { "Smile", "3A290A00FA80612483FB", "{\"a\":-2}" },
        { "Smile", "3A290A00FA806125400000000080FB", "{\"a\":549755813888}" },
        { "Smile", "3A290A00FA8061C3FB", "{\"a\":-2}" },
        { "Smile", "3A290A00FA806120FB", "{\"a\":\"\"}" },
        { "Smile", "3A290A00FA806121FB", "{\"a\":null}" },
        { "Smile", "3A290A00FA80614078FB", "{\"a\":\"x\"}" },
        { "Smile", "3A290A04FA8061FD84DEADBEEFFB", "{\"a\":\"3q2+7w==\"}" },
    };

    [Theory]
    [MemberData(nameof(Binary))]
    public void TryConvert_BinaryFormat_GivesWhatTheServerShows(string format, string hex, string shown)
    {
        var source = System.Convert.FromHexString(hex);
        Assert.Equal(Enum.Parse<SourceFormat>(format), SourceFormats.Of(source));
        Assert.Equal(shown, Convert(source));
    }

    /// <summary>What the server showed, but for numbers that are JSON as they stand: 1.10 became 1.1, and 1e400 a text.</summary>
    [Theory]
    [InlineData("1.10", "1.10")]
    [InlineData("-0.0", "-0.0")]
    [InlineData("1e400", "1e400")]
    [InlineData("0x1F", "\"0x1F\"")]
    [InlineData("0o17", "\"0o17\"")]
    [InlineData("017", "17")]
    [InlineData("12345678901234567890123", "12345678901234567890123")]
    [InlineData("+5", "5")]
    [InlineData("1.", "1.0")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1e3")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("0b11", "\"0b11\"")]
    [InlineData("1:30", "\"1:30\"")]
    [InlineData("00", "0")]
    [InlineData("-0", "0")]
    [InlineData("+.5", "0.5")]
    [InlineData("1_0.5", "10.5")]
    [InlineData("1e-5", "1e-5")]
    [InlineData("1.0E+3", "1.0E+3")]
    [InlineData("12e03", "12e03")]
    [InlineData("!!float 3", "3.0")]
    [InlineData("!!bool yes", "true")]
    [InlineData("!!null x", "null")]
    [InlineData("y", "\"y\"")]
    [InlineData("n", "\"n\"")]
    [InlineData("=", "\"=\"")]
    [InlineData("<<", "\"<<\"")]
    [InlineData("TRUE", "true")]
    [InlineData("tRue", "\"tRue\"")]
    [InlineData("Null", "null")]
    [InlineData("~", "null")]
    [InlineData("0", "0")]
    [InlineData("007", "7")]
    [InlineData("08", "8.0")]
    [InlineData("-017", "-17")]
    [InlineData("1e", "\"1e\"")]
    [InlineData("1.5.2", "\"1.5.2\"")]
    [InlineData("0.1", "0.1")]
    [InlineData("100000000000000000000.5", "100000000000000000000.5")]
    [InlineData("!!int 0x10", "\"0x10\"")]
    [InlineData("!!bool maybe", "\"maybe\"")]
    [InlineData("! 12", "12")]
    [InlineData("!foo 12", "\"12\"")]
    [InlineData("2001-12-14t21:59:43.10-05:00", "\"2001-12-14t21:59:43.10-05:00\"")]
    [InlineData("99999999999", "99999999999")]
    [InlineData("-9223372036854775809", "-9223372036854775809")]
    [InlineData("_1", "\"_1\"")]
    [InlineData("0x", "\"0x\"")]
    [InlineData("+0x1f", "\"+0x1f\"")]
    [InlineData("-0b1", "\"-0b1\"")]
    [InlineData("123456789.123456789", "123456789.123456789")]
    [InlineData("1E5", "1E5")]
    [InlineData("5.e3", "5000.0")]
    public void TryConvert_YamlScalar_GivesWhatTheServerShowsAndKeepsTheTextOfNumbers(string scalar, string shown) =>
        Assert.Equal($$"""{"a":{{shown}}}""", Convert($"---\na: {scalar}\n"));

    /// <summary>What the server kept, and answered with an error when it was asked for as JSON; and the ordinary kinds.</summary>
    [Theory]
    [InlineData("1_000", "1000")]
    [InlineData("0_7", "7")]
    [InlineData(".inf", "\"Infinity\"")]
    [InlineData("-.inf", "\"-Infinity\"")]
    [InlineData(".NaN", "\"NaN\"")]
    [InlineData("1:30.5", "\"1:30.5\"")]
    [InlineData("!!binary aGVsbG8=", "\"aGVsbG8=\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'it''s'", "\"it's\"")]
    [InlineData("", "null")]
    [InlineData("!!float abc", "\"abc\"")]
    [InlineData("2019-01-01", "\"2019-01-01\"")]
    public void TryConvert_YamlScalarThatTheServerCannotShow_GivesWhatYamlMeans(string scalar, string json) =>
        Assert.Equal($$"""{"a":{{json}}}""", Convert($"---\na: {scalar}\n"));

    [Theory]
    [InlineData("---\na: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":\"x\"}")]
    [InlineData("---\ns: |\n  one\n  two\nf: >\n  one\n  two\nq: \"a\\tb\\u00e9\\x41\"\n", "{\"s\":\"one\\ntwo\\n\",\"f\":\"one two\\n\",\"q\":\"a\\tbéA\"}")]
    [InlineData("--- {\"a\": 1, \"b\": [1,2]}", "{\"a\":1,\"b\":[1,2]}")]
    [InlineData("---\n1: a\ntrue: b\n", "{\"1\":\"a\",\"true\":\"b\"}")]
    [InlineData("---\n# comment\na: \"é😀\"\n...\n", "{\"a\":\"é\\uD83D\\uDE00\"}")]
    [InlineData("---\n~: 1\n", "{\"~\":1}")]
    [InlineData("---\na:\n- &p 1\n- *p\n", "{\"a\":[1,\"p\"]}")]
    [InlineData("---\n<<: {a: 1}\nb: 2\n", "{\"<<\":{\"a\":1},\"b\":2}")]
    [InlineData("---\n!!map {a: !!seq [1]}\n", "{\"a\":[1]}")]
    [InlineData("---\n{}", "{}")]
    [InlineData("---\n1.10: x\n0x1F: y\n", "{\"1.10\":\"x\",\"0x1F\":\"y\"}")]
    [InlineData("---\na: !!binary |\n  aGVs\n  bG8=\n", "{\"a\":\"aGVsbG8=\"}")]
    [InlineData("--- {\"a\": \"\\ud83d\\ude00\"}", "{\"a\":\"\\uD83D\\uDE00\"}")]
    [InlineData("---\na: [1, 2, {b: c}]\nd: {e: f, \"g\": [ ]}\n", "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":{\"e\":\"f\",\"g\":[]}}")]
    public void TryConvert_YamlDocument_GivesWhatTheServerShows(string yaml, string shown) => Assert.Equal(shown, Convert(yaml));

    [Theory]
    [InlineData("", "The source is none of JSON, SMILE, CBOR and YAML.")]
    [InlineData("00", "The source is none of JSON, SMILE, CBOR and YAML.")]
    [InlineData("BF6161", "The source is CBOR and cannot be turned into JSON: expected ")]
    [InlineData("A1F5F6", "The source is CBOR and cannot be turned into JSON: expected a text as the name of a field, found Boolean.")]
    [InlineData("A0A0", "The source is CBOR and cannot be turned into JSON: expected the end of the CBOR document, found 1 bytes more.")]
    [InlineData("3A290A00FA8061", "The source is SMILE and cannot be turned into JSON: expected ")]
    [InlineData("3A290A10FAFB", "The source is SMILE and cannot be turned into JSON: SMILE format version 1 is not known.")]
    [InlineData("2D2D2D0A613A205B310A", "The source is YAML and cannot be turned into JSON: expected well-formed YAML of one document, found ")]
    [InlineData("2D2D2D0A3F205B785D0A3A20310A", "The source is YAML and cannot be turned into JSON: expected a text as the name of a field, found SequenceStart.")]
    // Found by fuzzing: the scanner of YAML ends in exceptions that are not its own.
    [InlineData("2D2D2D0A6E3A20340A7B3A2022C3A9220A613A0A2D20310A2D20747275650A2D206E756C6C0A", "The source is YAML and cannot be turned into JSON: expected ")]
    [InlineData("2D2D2D0A6E3A20340A733A2022C3A9220A61203A207B20226E22207275650A2D206E00000000", "The source is YAML and cannot be turned into JSON: expected ")]
    public void TryConvert_NotWellFormed_SaysWhy(string hex, string words)
    {
        var source = System.Convert.FromHexString(hex);
        Assert.False(SourceJson.TryConvert(source, SourceFormats.Of(source), out _, out var why));
        Assert.StartsWith(words, why, StringComparison.Ordinal);
    }

    [Fact]
    public void TryConvert_DeepAndDamaged_EndsInAnAnswer()
    {
        foreach (var source in (byte[][])
            [
                [0xBF, .. Enumerable.Repeat((byte)0x81, 100_000)],
                [.. Enumerable.Repeat((byte)0xA1, 100_000)],
                [.. ":)\n\0"u8, .. Enumerable.Repeat((byte)0xF8, 100_000)],
                [.. "---\n"u8, .. Enumerable.Repeat((byte)'[', 20_000)],
            ])
        {
            Assert.False(SourceJson.TryConvert(source, SourceFormats.Of(source), out _, out var why));
            Assert.NotEqual("", why);
        }

        var random = new Random(7);
        foreach (var row in Binary)
        {
            var sound = System.Convert.FromHexString(row.Data.Item2);
            for (var round = 0; round < 200; round++)
            {
                var bad = sound.ToArray();
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
                SourceJson.TryConvert(bad.AsMemory(0, random.Next(2) == 0 ? bad.Length : random.Next(bad.Length)), SourceFormats.Of(sound), out _, out _);
            }
        }
    }

    private static string Convert(string text) => Convert(Encoding.UTF8.GetBytes(text));

    private static string Convert(byte[] source)
    {
        Assert.True(SourceJson.TryConvert(source, SourceFormats.Of(source), out var json, out var why), why);
        return Encoding.UTF8.GetString(json.Span);
    }
}
