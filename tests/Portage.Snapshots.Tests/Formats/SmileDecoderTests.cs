using System.Text;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Tests.Formats;

public sealed class SmileDecoderTests
{
    [Theory]
    [InlineData("20", "\"\"")]
    [InlineData("21", "null")]
    [InlineData("22", "false")]
    [InlineData("23", "true")]
    [InlineData("C0", "0")]
    [InlineData("C1", "-1")]
    [InlineData("DE", "15")]
    [InlineData("DF", "-16")]
    [InlineData("24 A0", "16")]
    [InlineData("24 01 80", "32")]
    [InlineData("24 1F 7F 7F 7F BF", "-2147483648")]
    [InlineData("25 03 7F 7F 7F 7F 7F 7F 7F 7F BE", "9223372036854775807")]
    [InlineData("25 03 7F 7F 7F 7F 7F 7F 7F 7F BF", "-9223372036854775808")]
    [InlineData("26 89 00 40 00 00 00 00 00 00 00 00 00", "18446744073709551616")]
    [InlineData("26 81 7F 01", "-1")]
    [InlineData("28 03 7C 00 00 00", "1.0")]
    [InlineData("28 03 6E 33 19 4D", "0.1")]
    [InlineData("29 00 3F 78 00 00 00 00 00 00 00", "1.0")]
    [InlineData("29 00 3F 5C 66 33 19 4C 66 33 1A", "0.1")]
    [InlineData("29 00 7F 78 00 00 00 00 00 00 00", "\"Infinity\"")]
    [InlineData("2A 84 81 00 7B", "1.23")]
    [InlineData("42 61 62 63", "\"abc\"")]
    [InlineData("80 C3 BC", "\"ü\"")]
    [InlineData("E0 61 62 FC", "\"ab\"")]
    [InlineData("E4 C3 BC FC", "\"ü\"")]
    [InlineData("F8 F9", "[]")]
    [InlineData("F8 C2 F8 C4 F9 21 F9", "[1,[2],null]")]
    [InlineData("FA FB", "{}")]
    [InlineData("FA 80 61 C2 FB", "{\"a\":1}")]
    [InlineData("FA 80 61 FA 40 C2 FB C0 C3 BC 21 41 22 FB", "{\"a\":{\"a\":1},\"ü\":null,\"ü\":false}")]
    [InlineData("FA 20 C2 34 61 62 FC C4 FB", "{\"\":1,\"ab\":2}")]
    [InlineData("FD 83 44 46 4C", "\"REZM\"")]
    [InlineData("E8 82 7F 7F 03", "\"//8=\"")]
    [InlineData("C2 FF", "1")]
    public void ToJson_OneValue_GivesItsJson(string hex, string json) =>
        Assert.Equal(json, Decode("3A 29 0A 05" + hex));

    [Fact]
    public void ToJson_SharedTexts_AreResolved() =>
        Assert.Equal("[\"a\",\"b\",\"a\",\"b\",\"a\"]", Decode("3A 29 0A 03 F8 40 61 40 62 01 02 EC 00 F9"));

    [Fact]
    public void ToJson_TextsOfUpTo64Bytes_AreShared()
    {
        // The text of 65 bytes has no place in the table.
        var ascii = new string('a', 64);
        var wide = new string('\u00fc', 31);
        byte[] smile =
        [
            .. ":)\n"u8, 0x03, 0xF8,
            0x60 + 63 - 33, .. Encoding.UTF8.GetBytes(ascii[1..]), 0x60 + 64 - 33, .. Encoding.UTF8.GetBytes(ascii),
            0xA0 + 65 - 34, .. Encoding.UTF8.GetBytes(wide + "\u6771"), 0xA0 + 64 - 34, .. Encoding.UTF8.GetBytes(wide + "\u00fc"),
            0x01, 0x02, 0x03, 0xF9,
        ];
        Assert.Equal($"[\"{ascii[1..]}\",\"{ascii}\",\"{wide}\u6771\",\"{wide}\u00fc\",\"{ascii[1..]}\",\"{ascii}\",\"{wide}\u00fc\"]", Decode(Convert.ToHexString(smile)));
    }

    [Fact]
    public void ToJson_LongReferenceToName_CountsTheSlotsThatAreNeverUsed()
    {
        var smile = new List<byte>(Convert.FromHexString("3A290A05FA"));
        for (var name = 0; name < 300; name++)
        {
            smile.AddRange([0x83, .. Encoding.ASCII.GetBytes($"n{name:000}"), 0xC0]);
        }

        smile.AddRange([0x31, 0x2B, 0xC2, 0xFB]);
        Assert.EndsWith(",\"n299\":0,\"n299\":1}", Decode(Convert.ToHexString([.. smile])), StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_MoreThan1024Names_StartsTheTableAnew()
    {
        var smile = new List<byte>(Convert.FromHexString("3A290A05FA"));
        for (var name = 0; name < 1025; name++)
        {
            smile.AddRange([0x84, .. Encoding.ASCII.GetBytes($"n{name:0000}"), 0xC0]);
        }

        smile.AddRange([0x40, 0xC2, 0xFB]);
        Assert.EndsWith(",\"n1024\":0,\"n1024\":1}", Decode(Convert.ToHexString([.. smile])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3A 29 0A 05")]
    [InlineData("3A 29 0A 05 FA")]
    [InlineData("3A 29 0A 05 FA 80 61")]
    [InlineData("3A 29 0A 05 F8 C2")]
    [InlineData("3A 29 0A 05 FA 40 C2 FB")]
    [InlineData("3A 29 0A 05 01")]
    [InlineData("3A 29 0A 05 42 61")]
    [InlineData("3A 29 0A 05 E0 61")]
    [InlineData("3A 29 0A 05 FD 0F 7F 7F 7F BF 00")]
    [InlineData("3A 29 0A 05 24 01 01 01 01 01 01 01 01 01 01 81")]
    [InlineData("3A 29 0A 05 80 FF FF")]
    [InlineData("3A 29 0A 05 C2 C2")]
    [InlineData("3A 29 0A 05 00")]
    public void ToJson_Damaged_IsCorrupt(string hex)
    {
        var failure = Assert.Throws<CorruptBlobException>(() => Decode(hex));
        Assert.Equal("meta-x.dat", failure.Path);
    }

    [Fact]
    public void ToJson_NestedWithoutEnd_IsCorrupt() =>
        Assert.Throws<CorruptBlobException>(() => Decode("3A290A05" + string.Concat(Enumerable.Repeat("F8", 100_000))));

    [Fact]
    public void ToJson_OtherFormatVersion_IsUnsupported() =>
        Assert.Throws<UnsupportedRepositoryException>(() => Decode("3A 29 0A 15 C2"));

    private static string Decode(string hex) =>
        Encoding.UTF8.GetString(SmileDecoder.ToJson(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), "meta-x.dat").Span);
}
