using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Counts what became of documents; safe to use from every reader.</summary>
/// <param name="totals">Nested objects are Lucene documents of their own, so that a total may be an upper bound until the end.</param>
internal sealed class BackfillProgress(IndexTotals totals, WorkJournal journal, TimeProvider time, Action<StepProgress> publish)
{
    public const string Accepted = "accepted";
    public const string Existing = "existing";
    public const string Rejected = "rejected";
    public const string Filtered = "filtered";
    public const string Bytes = "bytes";

    /// <summary>What is decided about a document.</summary>
    public static readonly ImmutableArray<string> Decisions = [Accepted, Rejected, Filtered];

    private readonly Rate _rate = new(time);

    /// <summary>Documents decided: accepted, rejected or filtered.</summary>
    public long Decided => Decisions.Sum(journal.Sum);

    public ImmutableSortedDictionary<string, long> Numbers => ImmutableSortedDictionary<string, long>.Empty
        .Add("documents", Decided)
        .Add(Accepted, journal.Sum(Accepted))
        .Add(Existing, journal.Sum(Existing))
        .Add(Rejected, journal.Sum(Rejected))
        .Add(Filtered, journal.Sum(Filtered))
        .Add(Bytes, journal.Sum(Bytes));

    /// <summary>Tells how far it is. Called by one thread.</summary>
    /// <param name="waiting">Why it is slow; null when it is not.</param>
    public void Publish(string? waiting)
    {
        var decided = Decided;
        _rate.Take(decided);
        publish(new(decided, Math.Max(totals.Documents, decided), "documents", _rate.PerSecond, waiting, Numbers) { TotalIsAtMost = totals.IsAtMost, Items = totals.Progress() });
    }

    /// <summary>How far taking back is, document by document.</summary>
    public static StepProgress Deleting(long deleted) =>
        new(deleted, null, "documents", null, null, ImmutableSortedDictionary<string, long>.Empty.Add("deleted", deleted));

    /// <summary>Tells that all is done.</summary>
    public void PublishEnd() => publish(new(Decided, Decided, "documents", _rate.PerSecond, null, Numbers) { Items = totals.Progress() });
}
