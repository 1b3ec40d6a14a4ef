using Portage.Lucene;
using Portage.Lucene.LiveDocs;
using Portage.Lucene.Segments;

namespace Portage.Fuzz.Targets;

/// <summary>Whole Lucene indices in which one file of a kind is damaged: everything that documents need is read.</summary>
/// <param name="kind">As <c>.fdt</c>, <c>segments_</c>.</param>
internal sealed class LuceneTarget(string kind, IReadOnlyList<FuzzSeed> seeds) : FuzzTarget
{
    /// <summary>What documents are read from. The compound file holds several of them.</summary>
    public static readonly string[] Kinds = ["segments_", ".si", ".fnm", ".cfe", ".cfs", ".liv", ".del", ".fdt", ".fdx", ".fdm", ".dvm", ".dvd"];

    public override string Name => $"lucene{(kind[0] == '.' ? "" : ".")}{kind.TrimEnd('_')}";

    public override IReadOnlyList<FuzzSeed> Seeds => seeds;

    public static bool IsOf(string kind, string file) => kind[0] == '.' ? file.EndsWith(kind, StringComparison.Ordinal) : file.StartsWith(kind, StringComparison.Ordinal);

    public override void Mend(FuzzSeed seed, byte[] bytes) => Envelopes.Mend(bytes);

    public override bool IsExpected(Exception failure) => failure is CorruptIndexException or UnsupportedFormatException or EndOfStreamException;

    public override void Run(FuzzSeed seed, byte[] bytes)
    {
        var (files, name) = ((Dictionary<string, byte[]>, string))seed.Around!;
        // Nothing waits: all is in memory.
        ReadAsync(new FilesInMemory(files, name, bytes)).GetAwaiter().GetResult();
    }

    private static async Task ReadAsync(FilesInMemory directory)
    {
        var index = await LuceneIndex.OpenAsync(directory, CancellationToken.None);
        foreach (var segment in index.Segments)
        {
            var fields = await segment.ReadFieldInfosAsync(CancellationToken.None);
            foreach (var field in fields.All.Take(20))
            {
                await TryAsync(async () => await segment.ReadNumericRangeAsync(field.Name, CancellationToken.None));
            }

            await segment.ListScannedFilesAsync([.. fields.All.Select(field => field.Name)], CancellationToken.None);
            await ReadColumnsAsync(segment, fields);
            await using var reader = await segment.OpenLiveDocumentsAsync(new(), CancellationToken.None);
            await ReadAsync(reader);
            await using var fromTheMiddle = await segment.OpenStoredFieldsAsync(new() { FromDocument = segment.MaxDoc / 2 }, CancellationToken.None);
            await fromTheMiddle.ReadChunkAsync(CancellationToken.None);
        }
    }

    private static async Task ReadColumnsAsync(LuceneSegment segment, FieldInfos fields)
    {
        await using var columns = segment.OpenDocValues(fields);
        foreach (var field in fields.All.Take(40))
        {
            try
            {
                if (await columns.OpenAsync(field.Name, CancellationToken.None) is not { } column)
                {
                    continue;
                }

                for (var first = 0; first < segment.MaxDoc; first += 128)
                {
                    await column.LoadAsync(first, Math.Min(128, segment.MaxDoc - first), CancellationToken.None);
                }
            }
            catch (UnsupportedFormatException)
            {
                // Doc values before Lucene 9: the others of the segment are still to be read.
            }
        }
    }

    // Another type of doc values is refused as damage, and the next field is as good a try.
    private static async Task TryAsync(Func<Task> read)
    {
        try
        {
            await read();
        }
        catch (CorruptIndexException)
        {
        }
    }

    private static async Task ReadAsync(LiveDocumentReader reader)
    {
        while (await reader.MoveNextAsync(CancellationToken.None))
        {
            var cursor = reader.Fields;
            while (cursor.MoveNext())
            {
            }
        }
    }
}
