using System.Text;
using System.Text.Json;
using Portage.Lucene;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Rebuilding;

namespace Portage.Fuzz.Targets;

/// <summary>Indices without stored sources, the doc values or stored fields of which are damaged: their sources are put together.</summary>
internal sealed class RebuildTarget(IReadOnlyList<FuzzSeed> seeds) : FuzzTarget
{
    // Every kind of field, by the names that the fixtures have.
    private static readonly RebuildPlan Plan = RebuildPlan.TryMake(isDerived: false, [new(TypeMapping.NoType, JsonElement.Parse("""
        {"properties":{"k":{"type":"keyword"},"n":{"type":"long"},"l":{"type":"long"},"d":{"type":"double"},"f":{"type":"float"},"h":{"type":"half_float"},"bool":{"type":"boolean"},
        "when":{"type":"date"},"@timestamp":{"type":"date"},"ip":{"type":"ip"},"client":{"properties":{"ip":{"type":"ip"}}},"t":{"type":"text"},"message":{"type":"text"},"level":{"type":"keyword"},
        "tk":{"type":"text","fields":{"raw":{"type":"keyword"}}},"i":{"type":"integer"},"karr":{"type":"long"},"geo":{"type":"geo_point"},"short":{"type":"keyword"},"bytes":{"type":"scaled_float","scaling_factor":10}}}
        """))], out _)!;

    public override string Name => "rebuild";

    public override IReadOnlyList<FuzzSeed> Seeds => seeds;

    public override void Mend(FuzzSeed seed, byte[] bytes) => Envelopes.Mend(bytes);

    public override bool IsExpected(Exception failure) => failure is CorruptIndexException or UnsupportedFormatException or EndOfStreamException;

    // The blocks of texts that are kept, of every field.
    public override long AllocationMax(int inputBytes) => (256L << 20) + (inputBytes * 1_100L);

    public override void Run(FuzzSeed seed, byte[] bytes)
    {
        var (files, name) = ((Dictionary<string, byte[]>, string))seed.Around!;
        ReadAsync(new FilesInMemory(files, name, bytes)).GetAwaiter().GetResult();
    }

    private static async Task ReadAsync(FilesInMemory directory)
    {
        foreach (var segment in (await LuceneIndex.OpenAsync(directory, CancellationToken.None)).Segments)
        {
            var fields = await segment.ReadFieldInfosAsync(CancellationToken.None);
            await using var rebuilder = await SourceRebuilder.OpenAsync(Plan, segment, fields, CancellationToken.None);
            await using var reader = await segment.OpenLiveDocumentsAsync(new(), CancellationToken.None);
            while (await reader.MoveNextAsync(CancellationToken.None))
            {
                await rebuilder.PrepareAsync(reader.Document, CancellationToken.None);
                rebuilder.Begin();
                var cursor = reader.Fields;
                while (cursor.MoveNext())
                {
                    rebuilder.Take(cursor);
                }

                if (rebuilder.Finish(reader.Document) is { } source && Encoding.UTF8.GetString(source.Span).Length < 2)
                {
                    throw new InvalidOperationException("A source that is no object.");
                }
            }
        }
    }
}
