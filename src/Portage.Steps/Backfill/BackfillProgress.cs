using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Counts what became of documents; safe to use from every reader.</summary>
/// <param name="totals">Nested objects are Lucene documents of their own, so that a total may be an upper bound until the end.</param>
internal sealed class BackfillProgress(IndexTotals totals, WorkJournal journal, TimeProvider time, Action<StepProgress> publish)
{
    /// <summary>Documents that the target has as we would have them there, whoever wrote them.</summary>
    public const string Accepted = "accepted";

    /// <summary>Of the accepted ones those that we wrote; not kept, but told from the others.</summary>
    public const string Written = "written";

    /// <summary>Of the written ones those that took the place of another document.</summary>
    public const string Overwritten = "overwritten";

    /// <summary>Documents whose id others had written already; accepted where they are the same.</summary>
    public const string Existing = "existing";

    /// <summary>Of the existing ones those with another content, or none by now: they stay as they are, and are not accepted.</summary>
    public const string Differing = "differing";

    /// <summary>Documents that are not there, for a reason that is kept with them.</summary>
    public const string Rejected = "rejected";

    /// <summary>Of the rejected ones those that the target took without a fault and did not write.</summary>
    public const string Noop = "noop";

    public const string Filtered = "filtered";
    public const string Bytes = "bytes";

    /// <summary>Requests that the target would not take for their size; kept for the report's lines.</summary>
    public const string TooLarge = "tooLarge";

    /// <summary>Requests that were not answered in time; kept for the report's lines.</summary>
    public const string TimedOut = "timedOut";

    /// <summary>Documents that transforms changed; kept for the report's lines.</summary>
    public const string Transformed = "transformed";

    /// <summary>Documents that transforms were tried on, those that were read again after a kill too; kept for the report's lines.</summary>
    public const string TransformDocuments = "transformDocuments";

    /// <summary>How long those took, in nanoseconds; kept for the report's lines.</summary>
    public const string TransformNanoseconds = "transformNanoseconds";

    /// <summary>What is decided about a document.</summary>
    public static readonly ImmutableArray<string> Decisions = [Accepted, Rejected, Filtered, Differing];

    private readonly Rate _rate = new(time);
    private readonly Rate _resentRate = new(time);

    /// <summary>Documents decided.</summary>
    public long Decided => Decisions.Sum(journal.Sum);

    public ImmutableSortedDictionary<string, long> Numbers => ImmutableSortedDictionary<string, long>.Empty
        .Add("documents", Decided)
        .Add(Accepted, journal.Sum(Accepted))
        .Add(Written, WrittenOf(journal.Sum))
        .Add(Overwritten, journal.Sum(Overwritten))
        .Add(Existing, journal.Sum(Existing))
        .Add(Differing, journal.Sum(Differing))
        .Add(Rejected, journal.Sum(Rejected))
        .Add(Noop, journal.Sum(Noop))
        .Add(Filtered, journal.Sum(Filtered))
        .Add(Bytes, journal.Sum(Bytes));

    /// <summary>Documents that we wrote. Earlier builds counted all that existed as accepted, and told none of them apart.</summary>
    /// <param name="sum">Gives the sum of a number.</param>
    public static long WrittenOf(Func<string, long> sum) => sum(Accepted) - (sum(Existing) - sum(Differing));

    /// <summary>Numbers as a sentence for people.</summary>
    public static string Say(IReadOnlyDictionary<string, long> numbers)
    {
        var (existing, differing, noop, over) = (numbers[Existing], numbers[Differing], numbers[Noop], numbers.GetValueOrDefault(Overwritten));
        return $"{numbers["documents"]:N0} documents: {numbers[Accepted]:N0} accepted{(over > 0 ? $" ({over:N0} of them in the place of what was there)" : "")}, {numbers[Rejected]:N0} rejected{(noop > 0 ? $" ({noop:N0} of them taken by the target, and not written)" : "")}, {numbers[Filtered]:N0} filtered"
            + (differing == 0 ? "" : $", {differing:N0} differing: the target has another content of the same id, and keeps it")
            + (existing == 0 ? "" : $"; {existing:N0} were there already");
    }

    /// <summary>Tells how far it is. Called by one thread.</summary>
    /// <param name="waiting">Why it is slow; null when it is not.</param>
    /// <param name="resent">Of what is sent again: how many, of how many; null where nothing is.</param>
    public void Publish(string? waiting, (long Sent, long Documents)? resent)
    {
        if (resent is var (sent, again) && totals.Progress() is { } items && items.Done == items.Total)
        {
            _resentRate.Take(sent);
            publish(new(sent, again, "rejected documents", _resentRate.PerSecond, waiting, Numbers) { Items = items });
            return;
        }

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
