using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>What earlier builds remembered: one journal, one file of findings and one of counts for all indices of a step together.</summary>
/// <remarks>Understood for as long as there are ledgers of version 0.1; nothing is written this way any more.</remarks>
internal sealed class EarlierLayout
{
    public const string BeforeName = "before.json";

    private const int ChunkBytes = 1 << 20;

    private EarlierLayout(ImmutableArray<(WorkItem Item, ItemPosition Position, long Findings)> lines, ImmutableSortedDictionary<string, long>? before) =>
        (Lines, Before) = (lines, before);

    /// <summary>The steps forward, in order.</summary>
    public ImmutableArray<(WorkItem Item, ItemPosition Position, long Findings)> Lines { get; }

    /// <summary>How many documents each target index had before a backfill began; null where that is not kept.</summary>
    public ImmutableSortedDictionary<string, long>? Before { get; }

    /// <summary>The indices that something is known about.</summary>
    public ImmutableArray<string> Items =>
    [
        .. Lines.Select(line => line.Item.Index)
            .Concat(Before?.Keys.Where(target => !Lines.Any(line => IsTargetOf(target, line.Item.Index))) ?? [])
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The counts of an index's own targets.</summary>
    public ImmutableSortedDictionary<string, long> BeforeOf(string item)
    {
        var others = Items;
        return (Before ?? ImmutableSortedDictionary<string, long>.Empty)
            .Where(target => IsTargetOf(target.Key, item) && !others.Any(other => other.Length > item.Length && IsTargetOf(target.Key, other)))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>Reads it; null when nothing was kept that way.</summary>
    public static async Task<EarlierLayout?> ReadAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        var journal = await files.ReadAsync(ItemJournal.JournalName, cancellationToken);
        var before = await files.ReadAsync(BeforeName, cancellationToken);
        return journal is null && before is null
            ? null
            : new([.. ItemJournal.Parse(journal ?? []).Lines], before is { Length: > 0 } ? Counts(before) : null);
    }

    /// <summary>Writes it as this build does, an item at a time, and forgets it. Repeated after a kill, it does the rest.</summary>
    public static async Task UpgradeAsync(IStepFiles files, CancellationToken cancellationToken)
    {
        if (await ReadAsync(files, cancellationToken) is not { } earlier)
        {
            return;
        }

        foreach (var item in earlier.Items)
        {
            await UpgradeItemAsync(files, earlier, item, cancellationToken);
        }

        await files.DeleteAsync(ItemJournal.FindingsName, cancellationToken);
        await files.DeleteAsync(ItemJournal.JournalName, cancellationToken);
        await files.DeleteAsync(BeforeName, cancellationToken);
    }

    private static async Task UpgradeItemAsync(IStepFiles files, EarlierLayout earlier, string item, CancellationToken cancellationToken)
    {
        var own = files.Item(item);
        if (await own.ReadAsync(ItemJournal.JournalName, cancellationToken) is not null)
        {
            // Written last, so all of it is there.
            return;
        }

        await own.CutAsync(ItemJournal.FindingsName, 0, cancellationToken);
        var length = await CopyFindingsAsync(files, own, item, earlier.Lines.IsEmpty ? 0 : earlier.Lines[^1].Findings, cancellationToken);
        if (earlier.BeforeOf(item) is { IsEmpty: false } before)
        {
            await own.WriteAsync(BeforeName, JsonSerializer.SerializeToUtf8Bytes(new EarlierCounts(before), EarlierJson.Default.EarlierCounts), cancellationToken);
        }

        var last = earlier.Lines.Where(line => line.Item.Index == item).GroupBy(line => line.Item.Shard).SelectMany(shard => ItemJournal.Line(shard.Last().Item, shard.Last().Position, length));
        await own.WriteAsync(ItemJournal.JournalName, last.ToArray(), cancellationToken);
    }

    private static async Task<long> CopyFindingsAsync(IStepFiles files, IStepFiles own, string item, long length, CancellationToken cancellationToken)
    {
        await using var findings = await files.OpenAsync(files.LocationOf(ItemJournal.FindingsName), cancellationToken);
        if (findings is null)
        {
            return 0;
        }

        using var reader = new StreamReader(findings);
        using var chunk = new MemoryStream();
        var (read, written) = (0L, 0L);
        while (read < length && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(line + "\n");
            read += bytes.Length;
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.GetProperty("index").GetString() == item)
            {
                chunk.Write(bytes);
            }

            if (chunk.Length >= ChunkBytes)
            {
                written += await FlushAsync(own, chunk, cancellationToken);
            }
        }

        return written + await FlushAsync(own, chunk, cancellationToken);
    }

    private static async Task<long> FlushAsync(IStepFiles own, MemoryStream chunk, CancellationToken cancellationToken)
    {
        var length = chunk.Length;
        if (length > 0)
        {
            await own.AppendAsync(ItemJournal.FindingsName, chunk.GetBuffer().AsMemory(0, (int)length), cancellationToken);
            chunk.SetLength(0);
        }

        return length;
    }

    /// <summary>With an index for each type, the index <c>a</c> becomes <c>a-TYPE</c>.</summary>
    private static bool IsTargetOf(string target, string item) => target == item || target.StartsWith(item + "-", StringComparison.Ordinal);

    private static ImmutableSortedDictionary<string, long> Counts(byte[] json) =>
        JsonSerializer.Deserialize(json, EarlierJson.Default.EarlierCounts)!.Documents.ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>How many documents target indices had.</summary>
internal sealed record EarlierCounts(ImmutableSortedDictionary<string, long> Documents);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(EarlierCounts))]
internal sealed partial class EarlierJson : System.Text.Json.Serialization.JsonSerializerContext;
