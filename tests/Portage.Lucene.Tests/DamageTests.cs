using System.Text;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests;

/// <summary>Damaged files end in one of two exceptions, whatever is damaged; and damage to stored fields is always found.</summary>
public sealed class DamageTests
{
    // One of each format of each file, in and outside of compound files.
    public static TheoryData<string> Formats =>
    [
        "lucene-4.0.0-cfs.zip", "lucene-4.0.0-nocfs.zip", "lucene-4.1.0-cfs.zip", "lucene-4.5.0-cfs.zip", "lucene-4.10.0-nocfs.zip", "lucene-5.0.0-nocfs.zip",
        "lucene-5x-with-4x-segments-cfs.zip", "lucene-6.0.0-nocfs.zip", "lucene-6.6.0-cfs.zip", "lucene-7.0.0-nocfs.zip", "lucene-7.7.0-cfs.zip",
        "lucene-8.0.0-nocfs.zip", "lucene-8.5.0-cfs.zip", "lucene-8.7.0-nocfs.zip", "lucene-8.11.0-cfs.zip", "lucene-9.0.0-nocfs.zip", "lucene-9.4.0-cfs.zip",
        "lucene-9.9.0-nocfs.zip", "lucene-10.0.0-nocfs.zip", "lucene-10.3.0-cfs.zip", "lucene-dvupdates.7.0.0.zip", "lucene-dvupdates.9.0.0.zip",
        "lucene-sorted.7.0.0.zip", "lucene-sorted.9.0.0.zip", "lucene-sorted.10.0.0.zip",
    ];

    public static TheoryData<string> Checksummed =>
    [
        "lucene-4.10.0-nocfs.zip", "lucene-5.0.0-cfs.zip", "lucene-7.7.0-cfs.zip", "lucene-8.6.0-cfs.zip", "lucene-8.7.0-cfs.zip", "lucene-9.12.0-cfs.zip",
        "lucene-sorted.7.0.0.zip", "lucene-sorted.10.0.0.zip",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Reading_DamagedFiles_EndsInATypedException(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var sound = MemoryDirectory.ReadAll(folder.Path);
        var names = sound.Keys.Where(IsRead).Order(StringComparer.Ordinal).ToArray();
        var random = new Random(42);
        for (var round = 0; round < 250; round++)
        {
            var name = names[random.Next(names.Length)];
            var files = new Dictionary<string, byte[]>(sound) { [name] = Damage(sound[name], random) };
            try
            {
                await ReadAllAsync(new MemoryDirectory(files));
            }
            catch (Exception e) when (e is CorruptIndexException or UnsupportedFormatException)
            {
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Assert.Fail($"{zip} {name} round {round}: {e}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Checksummed))]
    public async Task Reading_AnyByteOfTheStoredFieldsChanged_IsFound(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var sound = MemoryDirectory.ReadAll(folder.Path);
        var segment = (await LuceneIndex.OpenAsync(new MemoryDirectory(sound), Cancellation)).Segments[0];
        var (name, start, length) = LocateStoredFields(sound, segment);
        // All bytes of the small ones; some of the larger ones, which take a while to read.
        var step = Math.Max(1, length / 500);
        for (var i = 0; i < length; i += step)
        {
            var bad = sound[name].ToArray();
            bad[start + i] ^= (byte)(1 << (i % 8));
            var error = await Record.ExceptionAsync(() => ReadAllAsync(new MemoryDirectory(new(sound) { [name] = bad })));

            Assert.True(error is CorruptIndexException or UnsupportedFormatException, $"byte {i}: {error}");
        }
    }

    [Fact]
    public async Task OpenAsync_SegmentInfoMissing_NamesIt()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-8.7.0-cfs.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        files.Remove("_2.si");

        var error = await Assert.ThrowsAsync<CorruptIndexException>(async () => await LuceneIndex.OpenAsync(new MemoryDirectory(files), Cancellation));

        Assert.Equal("_2.si", error.File);
    }

    [Fact]
    public async Task OpenAsync_SegmentInfoWithAFileOfNoName_IsCorrupt()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-7.2.0-cfs.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        const string Name = "_3.si";
        // The number of its files, and of each the length of its name and the name.
        var first = files[Name].AsSpan().IndexOf("_3."u8) - 2;
        files[Name] = Footers.Add([.. files[Name][..first], 1, 0]);

        var error = await Assert.ThrowsAsync<CorruptIndexException>(async () => await LuceneIndex.OpenAsync(new MemoryDirectory(files), Cancellation));

        Assert.Equal(Name, error.File);
    }

    [Fact]
    public async Task OpenAsync_MoreDocumentsThanStoredFieldsCanHold_IsCorrupt()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-8.7.0-cfs.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        const string Name = "_0.si";
        // Header, id and suffix; version and oldest version of Lucene; then the number of documents.
        var at = 4 + 1 + "Lucene86SegmentInfo".Length + 4 + 16 + 1 + 12 + 1 + 12;
        Assert.Equal(10, files[Name][at + 3]);
        files[Name][at] = 0x7F;
        Footers.Mend(files[Name]);

        var error = await Assert.ThrowsAsync<CorruptIndexException>(async () => await LuceneIndex.OpenAsync(new MemoryDirectory(files), Cancellation));

        Assert.Equal((Name, "2130706442"), (error.File, error.Found));
    }

    [Fact]
    public async Task OpenAsync_NoCommit_SaysSo()
    {
        var error = await Assert.ThrowsAsync<CorruptIndexException>(
            async () => await LuceneIndex.OpenAsync(new MemoryDirectory(new() { ["_0.si"] = [] }), Cancellation));

        Assert.Contains("a commit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_FileOfAnotherSegmentUnderThisName_IsFound()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-dvupdates.9.0.0.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        files["_1.fdt"] = files["_2.fdt"];

        var error = await Assert.ThrowsAsync<CorruptIndexException>(() => ReadAllAsync(new MemoryDirectory(files)));

        Assert.Equal("_1.fdt", error.File);
        Assert.Contains("segment id", error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadLiveDocumentsAsync_OtherNumberOfDeletionsThanTheCommitSays_IsFound()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-9.0.0-nocfs.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        var name = files.Keys.Single(name => name.EndsWith(".liv", StringComparison.Ordinal));
        // The last word before the footer has the bits of the ten documents.
        files[name][^24] ^= 1;
        Footers.Mend(files[name]);

        var error = await Assert.ThrowsAsync<CorruptIndexException>(() => ReadAllAsync(new MemoryDirectory(files)));

        Assert.Equal((name, "1 deleted documents"), (error.File, error.Expected));
    }

    [Theory]
    [InlineData("ZstdStoredFields999")]
    [InlineData("CustomStoredFieldsQatLz4")]
    public async Task OpenStoredFieldsAsync_FormatFromOutsideLucene_IsNamed(string codec)
    {
        using var folder = Fixtures.Unzip("lucene/lucene-dvupdates.9.0.0.zip");
        var files = MemoryDirectory.ReadAll(folder.Path);
        var sound = files["_1.fdt"];
        var rest = 5 + sound[4];
        files["_1.fdt"] = Footers.Add([.. sound[..4], (byte)codec.Length, .. Encoding.ASCII.GetBytes(codec), .. sound[rest..^16]]);
        var segment = (await LuceneIndex.OpenAsync(new MemoryDirectory(files), Cancellation)).Segments[1];

        var error = await Assert.ThrowsAsync<UnsupportedFormatException>(async () => await segment.OpenStoredFieldsAsync(new(), Cancellation));

        Assert.Equal(("_1.fdt", $"{codec} version 1"), (error.File, error.Format));
    }

    private static (string File, int Start, int Length) LocateStoredFields(Dictionary<string, byte[]> files, LuceneSegment segment)
    {
        var table = segment.Name + ".cfe";
        if (!files.TryGetValue(table, out var entries))
        {
            return (segment.StoredFieldsName, 0, files[segment.StoredFieldsName].Length);
        }

        var compound = segment.Name + ".cfs";
        var entry = CompoundEntries.Read(table, entries, segment.Name, segment.Id, files[compound].Length)[segment.StoredFieldsName];
        return (compound, (int)entry.Offset, (int)entry.Length);
    }

    private static bool IsRead(string name) =>
        name.StartsWith("segments_", StringComparison.Ordinal)
        || Path.GetExtension(name) is ".si" or ".cfe" or ".cfs" or ".fnm" or ".fdt" or ".fdx" or ".fdm" or ".liv" or ".del" or ".dvm";

    private static byte[] Damage(byte[] sound, Random random)
    {
        var bad = sound.ToArray();
        if (random.Next(8) == 0)
        {
            Array.Resize(ref bad, random.Next(bad.Length));
        }

        for (var changes = random.Next(1, 4); changes > 0 && bad.Length > 0; changes--)
        {
            // The beginning holds most of what decides about lengths.
            var at = random.Next(2) == 0 ? random.Next(bad.Length) : random.Next(Math.Min(bad.Length, 200));
            bad[at] = random.Next(4) switch
            {
                0 => (byte)(bad[at] ^ (1 << random.Next(8))),
                1 => 0xFF,
                2 => 0x7F,
                _ => (byte)random.Next(256),
            };
        }

        if (random.Next(4) != 0)
        {
            Footers.Mend(bad);
        }

        return bad;
    }

    private static async Task ReadAllAsync(MemoryDirectory directory)
    {
        var index = await LuceneIndex.OpenAsync(directory, Cancellation);
        foreach (var segment in index.Segments)
        {
            var fields = await segment.ReadFieldInfosAsync(Cancellation);
            await NumericDocValues.VisitAllAsync(directory, segment, fields, Cancellation);
            await using var reader = await segment.OpenLiveDocumentsAsync(new(), Cancellation);
            while (await reader.MoveNextAsync(Cancellation))
            {
                var cursor = reader.Fields;
                while (cursor.MoveNext())
                {
                }
            }

            await using var fromTheMiddle = await segment.OpenStoredFieldsAsync(new() { FromDocument = segment.MaxDoc / 2 }, Cancellation);
            await fromTheMiddle.ReadChunkAsync(Cancellation);
        }
    }
}
