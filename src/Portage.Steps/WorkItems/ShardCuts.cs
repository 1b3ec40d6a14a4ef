using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>Where the shards of an index are cut into ranges. Decided before the first document, written down, and the same for whoever goes on.</summary>
/// <remarks><c>ranges.json</c>: <c>{"shards":[[0],[0,1200,2400]]}</c>, the first position of each range. Where there is none no shard is cut.</remarks>
/// <param name="Shards">By shard; empty where none is cut.</param>
internal sealed record ShardCuts(ImmutableArray<ImmutableArray<long>> Shards)
{
    public const string FileName = "ranges.json";

    /// <summary>Every shard is one item.</summary>
    public static ShardCuts None { get; } = new([]);

    /// <summary>Cuts shards into ranges of about some bytes of stored fields.</summary>
    /// <param name="shards">The segments of each.</param>
    public static ShardCuts Of(ImmutableArray<ImmutableArray<SegmentSize>> shards, long rangeBytes)
    {
        ImmutableArray<ImmutableArray<long>> cuts = [.. shards.Select(segments => PositionRange.Cut(segments, rangeBytes))];
        return cuts.All(starts => starts.Length == 1) ? None : new(cuts);
    }

    /// <summary>What is written down of an index.</summary>
    public static async ValueTask<ShardCuts> ReadAsync(IStepFiles files, CancellationToken cancellationToken) =>
        await files.ReadAsync(FileName, cancellationToken) is { } json ? JsonSerializer.Deserialize(json, CutsJson.Default.ShardCuts)! : None;

    /// <summary>Writes it down; nothing where no shard is cut.</summary>
    public ValueTask WriteAsync(IStepFiles files, CancellationToken cancellationToken) =>
        Shards.IsEmpty ? default : files.WriteAsync(FileName, JsonSerializer.SerializeToUtf8Bytes(this, CutsJson.Default.ShardCuts), cancellationToken);

    /// <summary>The items of a shard, in the order of their positions.</summary>
    public IEnumerable<WorkItem> Items(string index, int shard) =>
        StartsOf(shard) is { Length: > 1 } starts ? Enumerable.Range(0, starts.Length).Select(range => new WorkItem(index, shard, range)) : [new(index, shard)];

    /// <summary>The positions of an item.</summary>
    public PositionRange Of(WorkItem item)
    {
        if (item.Range is not { } range)
        {
            return PositionRange.All;
        }

        var starts = StartsOf(item.Shard);
        return new(starts[range], range + 1 < starts.Length ? starts[range + 1] : long.MaxValue);
    }

    /// <summary>The item that has a position of a shard.</summary>
    public WorkItem At(string index, int shard, long position)
    {
        if (StartsOf(shard) is not { Length: > 1 } starts)
        {
            return new(index, shard);
        }

        var found = starts.BinarySearch(position);
        return new(index, shard, found >= 0 ? found : ~found - 1);
    }

    private ImmutableArray<long> StartsOf(int shard) => shard >= 0 && shard < Shards.Length ? Shards[shard] : [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ShardCuts))]
internal sealed partial class CutsJson : JsonSerializerContext;
