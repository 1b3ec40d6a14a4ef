using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;

namespace Portage.Steps.WorkItems;

/// <summary>Shards of the snapshot that cannot be read: the others are worked on all the same, and the step fails when they are done, naming these.</summary>
internal sealed partial class UnreadableItems(ILogger logger)
{
    private const int NamedMax = 5;

    private readonly ConcurrentDictionary<(string Index, int Shard), StepException> _found = new();

    /// <summary>Works on an item; keeps the failure where the snapshot is at fault.</summary>
    /// <param name="tell">Told of it before the item is set aside; null where nobody else needs to know.</param>
    public async Task TryAsync(IWorkLease lease, Func<Task> work, Func<WorkItem, StepException, Task>? tell = null)
    {
        try
        {
            await work();
        }
        catch (StepException failure) when (failure.InnerException is RepositoryException)
        {
            Add(lease.Item, failure);
            await (tell?.Invoke(lease.Item, failure) ?? Task.CompletedTask);
            await lease.SetAsideAsync();
        }
    }

    /// <summary>Keeps the failure of an item.</summary>
    public void Add(WorkItem item, StepException failure)
    {
        if (_found.TryAdd((item.Index, item.Shard), failure))
        {
            LogUnreadable(item, failure.Because.Detail);
        }
    }

    /// <param name="items">All that there are.</param>
    /// <exception cref="StepException">Something could not be read.</exception>
    public void ThrowIfAny(IEnumerable<WorkItem> items)
    {
        var total = items.Select(item => (item.Index, item.Shard)).Distinct().Count();
        var found = _found.OrderBy(pair => pair.Key.Index, StringComparer.Ordinal).ThenBy(pair => pair.Key.Shard).Select(pair => pair.Value).ToImmutableArray();
        if (found.IsEmpty)
        {
            return;
        }

        var because = found[0].Because;
        var rest = total == found.Length ? "" : $" The other {total - found.Length:N0} {(total - found.Length == 1 ? "shard is" : "shards are")} done.";
        throw new StepException(
            because with { Detail = $"{string.Join(" ", found.Take(NamedMax).Select(failure => failure.Because.Detail))}{(found.Length > NamedMax ? $" And {found.Length - NamedMax} more {(found.Length - NamedMax == 1 ? "shard" : "shards")}." : "")}{rest}" },
            found.Any(failure => failure.IsTransient),
            found[0]);
    }

    // Hours before the step can fail.
    [LoggerMessage(EventId = 3302, Level = LogLevel.Error, Message = "{WorkItem} cannot be read; the others go on. {Why}")]
    private partial void LogUnreadable(WorkItem workItem, string why);
}
