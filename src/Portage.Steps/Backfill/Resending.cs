using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Which of the documents that were refused are to be sent again, and how far that is.</summary>
/// <remarks>
/// An index has its turn when all of it is copied. What a killed process had begun goes on where it was; only what is refused when somebody
/// asks is sent again, and not what is copied for the first time in the same run.
/// </remarks>
internal sealed class Resending
{
    private readonly RunContext _context;
    private readonly WorkJournal _journal;
    private readonly ImmutableArray<WorkItem> _items;
    private readonly ImmutableArray<ItemJournal> _begunBefore;
    private readonly HashSet<(WorkItem Item, int Round)> _tried = [];

    /// <param name="items">Every work item of the indices.</param>
    public Resending(RunContext context, WorkJournal journal, ImmutableArray<SelectedIndex> indices, ImmutableArray<WorkItem> items)
    {
        (_context, _journal, _items) = (context, journal, items);
        _begunBefore = [.. indices.Select(index => journal[index.Name]).Where(index => index.HasAny)];
    }

    /// <summary>True when nothing is left to send again.</summary>
    public bool IsOver => _begunBefore.All(index => !index.Resent.IsUnderWay && !IsAsked(index));

    /// <summary>Those that this run is about.</summary>
    private IEnumerable<ItemJournal> Asked => _begunBefore.Where(index => index.Resent.Round > 0 && index.Resent.Round == _context.Resends);

    /// <summary>Of what is sent again so far: how many, of how many; null where nothing is.</summary>
    public (long Sent, long Documents)? Progress => Asked.Where(index => index.Resent.Documents > 0).ToArray() is { Length: > 0 } asked
        ? (asked.Sum(index => index.Resent.SumOfLast(ResentJournal.Sent)), asked.Sum(index => index.Resent.Documents))
        : null;

    /// <summary>The indices of which documents came out otherwise.</summary>
    public ImmutableArray<string> Changed => [.. Asked.Where(index => index.Resent.SumOfLast(BackfillProgress.Rejected) != 0).Select(index => index.Index)];

    /// <summary>What the report says of it; nothing where nothing was sent again.</summary>
    public IEnumerable<string> Say()
    {
        if (Asked.Sum(index => index.Resent.SumOfLast(ResentJournal.Sent)) is > 0 and var sent)
        {
            var still = sent + Asked.Sum(index => index.Resent.SumOfLast(BackfillProgress.Rejected));
            yield return $"{sent:N0} {(sent == 1 ? "document that was rejected was" : "documents that were rejected were")} sent again: {(still == 0 ? "none is rejected any more" : $"{still:N0} {(still == 1 ? "is" : "are")} rejected still")}";
        }
    }

    /// <summary>What comes next: ends rounds of which all is sent, and begins those that are asked for.</summary>
    /// <returns>Shards of which documents are to be sent again; empty when there are none any more, or those that are left could not be read.</returns>
    public async Task<ImmutableArray<WorkItem>> NextAsync(CancellationToken cancellationToken)
    {
        var next = ImmutableArray.CreateBuilder<WorkItem>();
        foreach (var index in _begunBefore.Where(index => _items.All(item => item.Index != index.Index || _journal.Of(item).IsDone)))
        {
            var left = index.Resent.IsUnderWay ? await LeftAsync(index, cancellationToken) : [];
            if (left.IsEmpty && index.Resent.IsUnderWay)
            {
                _context.AssertLease();
                await index.Resent.EndAsync();
            }

            if (left.IsEmpty && IsAsked(index))
            {
                _context.AssertLease();
                await index.ResendAsync(_context.Resends!.Value, index.Sum(BackfillProgress.Rejected));
                left = await LeftAsync(index, cancellationToken);
            }

            next.AddRange(left.Where(item => _tried.Add((item, index.Resent.Round))));
        }

        return next.ToImmutable();
    }

    /// <summary>True where documents of an index are to be sent again.</summary>
    /// <param name="resends">Which asking is carried out; null for none.</param>
    public static bool IsAsked(ItemJournal index, int? resends) => resends > index.Resent.Round && index.Sum(BackfillProgress.Rejected) > 0;

    /// <summary>The documents of a shard that were refused.</summary>
    public ResentShard Of(WorkItem item) => new(_context.Files.Item(item.Index), _journal[item.Index], item.Shard);

    private bool IsAsked(ItemJournal index) => IsAsked(index, _context.Resends);

    private async Task<ImmutableArray<WorkItem>> LeftAsync(ItemJournal index, CancellationToken cancellationToken)
    {
        var (shards, left) = (new SortedSet<int>(), index.Resent.Left);
        var lines = await left.OpenAsync(_context.Files, cancellationToken) ?? throw new InvalidOperationException($"{left.Location} is gone.");
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            if (RejectedLine.Parse(line.Text).Shard is var shard && line.End > left.Passed.GetValueOrDefault(shard))
            {
                shards.Add(shard);
            }
        }

        return [.. shards.Select(shard => new WorkItem(index.Index, shard))];
    }
}
