using System.Collections.Concurrent;
using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Bulk;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>The readers of one process: they copy work items at the same time, and share its part of the requests and of the memory.</summary>
/// <param name="check">Sees, before documents are sent, that the targets of an index are what they were.</param>
/// <param name="wholeOf">Which files of an index were found whole.</param>
internal sealed class CopyCrew(
    RunContext context,
    SliceOnTarget on,
    ClusterClient client,
    ImmutableArray<SelectedIndex> indices,
    IReadOnlyDictionary<string, BackfillBefore> before,
    Func<SelectedIndex, CancellationToken, Task> check,
    Func<string, FoundWhole> wholeOf)
{
    private const int BatchesAhead = 4;

    private readonly Dictionary<string, SelectedIndex> _indices = indices.ToDictionary(index => index.Name, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<WorkItem, ShardCopy> _copies = new();
    private readonly ByteBudget _budget = new(BytesOf(PartOf(context, on)));

    /// <summary>Items that cannot be read.</summary>
    public UnreadableItems Unreadable { get; } = new(context.Logger);

    /// <summary>Told of each of them; null where nobody else needs to know.</summary>
    public Func<WorkItem, StepException, Task>? TellUnreadable { get; init; }

    /// <summary>Why it is slow; null when it is not.</summary>
    public string? WhySlow => _copies.Values.Select(copy => copy.WhySlow).FirstOrDefault(why => why is not null);

    /// <summary>How many processes there are to be.</summary>
    public static int ProcessesOf(BackfillConfig config) => Math.Min(config.Processes, config.Connections);

    /// <summary>Copies items until there are no more, or it is asked to stop.</summary>
    /// <param name="copied">Which documents of an item; null for all.</param>
    /// <param name="tick">Called a few times a second.</param>
    public Task WorkAsync(IWorkItems items, Func<WorkItem, ICopied?> copied, Action tick, CancellationToken cancellationToken) => ItemCrew.WorkAsync(
        items,
        () => Math.Min(PartOf(context, on).Workers, PartOf(context, on).Connections),
        (lease, abort) => CopyAsync(lease, copied(lease.Item), abort),
        _ =>
        {
            Tune();
            tick();
        },
        context.Time,
        context.StopRequested,
        cancellationToken);

    private async Task CopyAsync(IWorkLease lease, ICopied? copied, CancellationToken abort)
    {
        // The readers share one thread of control otherwise, and the first would keep it.
        await Task.Yield();
        var index = _indices[lease.Item.Index];
        using var copy = new ShardCopy(context, index, lease, wholeOf(index.Name), client, on.Slice.Backfill.Conflict, before[index.Name], _budget, token =>
        {
            lease.Assert();
            return check(index, token);
        }, copied);
        _copies[lease.Item] = copy;
        Tune();
        try
        {
            await Unreadable.TryAsync(lease, () => ClusterAccess.TryAsync(on.TargetPath, () => copy.RunAsync(abort)), TellUnreadable);
        }
        finally
        {
            _copies.TryRemove(lease.Item, out _);
        }
    }

    /// <summary>The newest tuning, with the requests that are this process's.</summary>
    private static BackfillConfig PartOf(RunContext context, SliceOnTarget on)
    {
        var config = SliceOnTarget.Of(context.Tuning(), on.Step(StepKind.Backfill)).Slice.Backfill;
        return config with { Connections = Math.Max(1, config.Connections / ProcessesOf(config)) };
    }

    /// <summary>What is under way, and a few batches that are filled or wait for an older one meanwhile.</summary>
    private static long BytesOf(BackfillConfig config) => (config.Connections + BatchesAhead) * (long)config.BodyBytesMax;

    /// <summary>Shares the connections among the readers at work.</summary>
    private void Tune()
    {
        var config = PartOf(context, on);
        if (_budget.BytesMax != BytesOf(config))
        {
            _budget.BytesMax = BytesOf(config);
        }

        var share = Math.Max(1, config.Connections / Math.Max(1, _copies.Count));
        foreach (var tuning in _copies.Values.Select(copy => copy.Tuning))
        {
            if (tuning.Connections != share)
            {
                tuning.Connections = share;
            }

            if (tuning.Limits.BodyBytesMax != config.BodyBytesMax || tuning.Limits.OperationCountMax != config.OperationCountMax)
            {
                tuning.Limits = new() { BodyBytesMax = config.BodyBytesMax, OperationCountMax = config.OperationCountMax };
            }
        }
    }
}
