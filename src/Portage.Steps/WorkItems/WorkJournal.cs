using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>The journals of all indices that a step works on.</summary>
internal sealed class WorkJournal : IDisposable
{
    private readonly ImmutableSortedDictionary<string, ItemJournal> _journals;

    private WorkJournal(ImmutableSortedDictionary<string, ItemJournal> journals) => _journals = journals;

    /// <summary>Opens the journals of these indices.</summary>
    public static async Task<WorkJournal> OpenAsync(IStepFiles files, IEnumerable<string> indices, CancellationToken cancellationToken)
    {
        await EarlierLayout.UpgradeAsync(files, cancellationToken);
        var journals = ImmutableSortedDictionary.CreateBuilder<string, ItemJournal>(StringComparer.Ordinal);
        foreach (var index in indices)
        {
            journals.Add(index, await ItemJournal.OpenAsync(files.Item(index), index, cancellationToken));
        }

        return new(journals.ToImmutable());
    }

    /// <summary>The journal of one index.</summary>
    public ItemJournal this[string index] => _journals[index];

    /// <summary>How far a work item is.</summary>
    public ItemPosition Of(WorkItem item) => _journals[item.Index].Of(item);

    /// <summary>The sum of a number over all work items.</summary>
    public long Sum(string number) => _journals.Values.Sum(journal => journal.Sum(number));

    /// <summary>Moves a work item forward, and returns when that survives a power loss.</summary>
    public Task MoveToAsync(WorkItem item, ItemPosition position, ReadOnlyMemory<byte> findings) => _journals[item.Index].MoveToAsync(item, position, findings);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var journal in _journals.Values)
        {
            journal.Dispose();
        }
    }
}
