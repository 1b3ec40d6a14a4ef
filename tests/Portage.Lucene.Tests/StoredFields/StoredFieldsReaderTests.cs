using System.Text;
using Portage.Lucene.Files;
using Portage.Lucene.StoredFields;

namespace Portage.Lucene.Tests.StoredFields;

public sealed class StoredFieldsReaderTests
{
    public static TheoryData<string> All => Fixtures.Cases("lucene", "*.zip", 81);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(All))]
    public async Task ReadChunkAsync_FromAnyDocument_FindsTheSameAsFromTheFirst(string zip)
    {
        using var folder = Fixtures.Unzip($"lucene/{zip}");
        var index = await LuceneIndex.OpenAsync(MemoryDirectory.Load(folder.Path), Cancellation);
        foreach (var segment in index.Segments)
        {
            var all = await ReadAsync(segment, new());
            Assert.Equal(segment.MaxDoc, all.Count);
            for (var from = 0; from <= segment.MaxDoc; from++)
            {
                Assert.Equal(all[from..], await ReadAsync(segment, new() { FromDocument = from }));
                Assert.Equal(all[from..], await ReadAsync(segment, new() { FromDocument = from, ReadsSkippedBytes = true }));
            }
        }
    }

    [Fact]
    public async Task ReadChunkAsync_TinyWindows_FindsTheSame()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-sorted.9.0.0.zip");
        var segment = (await LuceneIndex.OpenAsync(MemoryDirectory.Load(folder.Path), Cancellation)).Segments[0];

        var all = await ReadAsync(segment, new());

        Assert.Equal(all, await ReadAsync(segment, new() { ReadAhead = new() { WindowBytes = 1, WindowsAheadCount = 3 } }));
        Assert.Equal(all, await ReadAsync(segment, new() { ReadAhead = new() { WindowBytes = 333, WindowsAheadCount = 0 } }));
    }

    [Fact]
    public async Task OpenStoredFieldsAsync_CompoundFile_ReadsOnlyTheRangeOfTheStoredFields()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-9.12.0-cfs.zip");
        var directory = MemoryDirectory.Load(folder.Path);
        var segment = (await LuceneIndex.OpenAsync(directory, Cancellation)).Segments[0];
        var before = directory.Reads.Count;

        await ReadAsync(segment, new());

        var read = directory.Reads.Skip(before).Where(read => read.Name == "_0.cfs").Sum(read => (long)read.Length);
        // The .fdt and the .fdm, of some 200 bytes.
        Assert.InRange(read, segment.StoredFieldsLength, segment.StoredFieldsLength + 300);
        Assert.True(directory.Files["_0.cfs"] > 5 * read);
    }

    [Fact]
    public async Task DisposeAsync_InTheMiddle_ClosesEveryFile()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-4.0.0-cfs.zip");
        var directory = MemoryDirectory.Load(folder.Path);
        var segment = (await LuceneIndex.OpenAsync(directory, Cancellation)).Segments[0];
        await using (var reader = await segment.OpenStoredFieldsAsync(new() { ReadAhead = new() { WindowBytes = 100 } }, Cancellation))
        {
            await reader.ReadChunkAsync(Cancellation);
            Assert.NotEqual(0, directory.OpenCount);
        }

        Assert.Equal(0, directory.OpenCount);
    }

    [Fact]
    public async Task ReadStoredFieldsAsync_FromTheMiddle_BeginsThere()
    {
        using var folder = Fixtures.Unzip("lucene/lucene-8.7.0-cfs.zip");
        var segment = (await LuceneIndex.OpenAsync(MemoryDirectory.Load(folder.Path), Cancellation)).Segments[0];
        var chunks = new List<(int First, int Count)>();
        await foreach (var chunk in segment.ReadStoredFieldsAsync(4, Cancellation))
        {
            chunks.Add((chunk.FirstDocument, chunk.DocumentCount));
        }

        Assert.Equal([(4, 6)], chunks);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(11)]
    public async Task OpenStoredFieldsAsync_DocumentThatIsNotThere_Throws(int from)
    {
        using var folder = Fixtures.Unzip("lucene/lucene-8.7.0-cfs.zip");
        var segment = (await LuceneIndex.OpenAsync(MemoryDirectory.Load(folder.Path), Cancellation)).Segments[0];

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await segment.OpenStoredFieldsAsync(new() { FromDocument = from }, Cancellation));
    }

    private static async Task<List<string>> ReadAsync(LuceneSegment segment, StoredFieldsOptions options)
    {
        var documents = new List<string>();
        await using var reader = await segment.OpenStoredFieldsAsync(options, Cancellation);
        Assert.Equal(options.FromDocument, reader.NextDocument);
        while (await reader.ReadChunkAsync(Cancellation) is { } chunk)
        {
            Assert.Equal(options.FromDocument + documents.Count, chunk.FirstDocument);
            for (var i = 0; i < chunk.DocumentCount; i++)
            {
                documents.Add(Print(chunk.Fields(i)));
            }

            Assert.Equal(options.FromDocument + documents.Count, reader.NextDocument);
        }

        Assert.Equal(segment.MaxDoc, reader.NextDocument);
        return documents;
    }

    private static string Print(StoredFieldCursor cursor)
    {
        var text = new StringBuilder();
        while (cursor.MoveNext())
        {
            text.Append(cursor.FieldNumber).Append('=').Append(cursor.Type is StoredFieldType.String or StoredFieldType.Bytes
                ? Encoding.UTF8.GetString(cursor.Bytes)
                : cursor.Type.ToString()).Append(';');
        }

        return text.ToString();
    }
}
