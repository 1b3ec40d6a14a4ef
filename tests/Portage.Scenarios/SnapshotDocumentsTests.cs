using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Portage.Scenarios;

/// <summary><c>workflow snapshot documents</c> prints sources to the letter.</summary>
public sealed class SnapshotDocumentsTests
{
    [Theory]
    [InlineData("es-8.19.21", "numbers")]
    [InlineData("es-8.19.21", "formats")]
    [InlineData("es-7.10.2", "numbers")]
    [InlineData("es-5.6.16", "ids")]
    public async Task SnapshotDocuments_AwkwardSources_AreWhatTheServerShows(string server, string index)
    {
        using var made = Fixtures.Unzip($"made/{server}.zip");
        await using var workflow = new Workflow();
        var ran = (await workflow.RunAsync("snapshot", "documents", "second", "--repository", made["repo"], "--index", index)).Expect(0);
        Assert.Equal(
            File.ReadAllLines(Path.Combine(made["golden"], "second", $"{index}.ndjson")).Select(Line).Order(StringComparer.Ordinal),
            ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SnapshotDocuments_SourceIsNoText_IsPrintedInBase64()
    {
        using var made = Fixtures.Unzip("made/es-7.10.2.zip");
        PutByte(Directory.GetFiles(Path.Combine(made["repo"], "indices"), "__*", SearchOption.AllDirectories), "\"level\": \""u8.ToArray(), 0xFF);
        await using var workflow = new Workflow();
        var ran = (await workflow.RunAsync("snapshot", "documents", "second", "--repository", made["repo"], "--index", "logs")).Expect(0);
        var lines = ran.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        var odd = lines.Where(line => line.TryGetProperty("sourceBase64", out _)).ToArray();
        Assert.NotEmpty(odd);
        Assert.All(odd, line =>
        {
            Assert.False(line.TryGetProperty("source", out _));
            Assert.Contains((byte)0xFF, line.GetProperty("sourceBase64").GetBytesFromBase64());
        });
        Assert.Equal(lines.Length - odd.Length, lines.Count(line => line.TryGetProperty("source", out _)));
        Assert.DoesNotContain('\uFFFD', ran.Out);
    }

    private static string Line(string json)
    {
        var line = JsonElement.Parse(json);
        return $"{line.GetProperty("id").GetString()} {line.GetProperty("routing").GetString()} {line.GetProperty("source").GetString()}";
    }

    /// <summary>Puts a byte behind the first such text in stored fields, and makes the checksum of those fit again.</summary>
    private static void PutByte(string[] paths, byte[] text, byte put)
    {
        ReadOnlySpan<byte> magic = [0x3F, 0xD7, 0x6C, 0x17], footer = [0xC0, 0x28, 0x93, 0xE8, 0, 0, 0, 0];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(path);
            var codec = bytes.AsSpan().IndexOf("StoredFieldsFastData"u8);
            var end = codec < 0 ? -1 : codec + bytes.AsSpan(codec).IndexOf(footer) + footer.Length;
            var at = codec < 0 ? -1 : bytes.AsSpan(codec..end).IndexOf(text);
            if (at >= 0)
            {
                bytes[codec + at + text.Length] = put;
                var start = bytes.AsSpan(0, codec).LastIndexOf(magic);
                BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(end), Crc32.HashToUInt32(bytes.AsSpan(start..end)));
                File.WriteAllBytes(path, bytes);
                return;
            }
        }

        throw new InvalidOperationException($"Nowhere '{Encoding.UTF8.GetString(text)}'.");
    }
}
