using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Counts what was compared; safe to use from every reader.</summary>
internal sealed class ValidateProgress(IndexTotals totals, WorkJournal journal, TimeProvider time, Action<StepProgress> publish)
{
    public const string Checked = "checked";
    public const string Missing = "missing";
    public const string Differing = "differing";
    public const string Extra = "extra";
    public const string Rejected = "rejected";

    /// <summary>Where documents are only counted: by how many there are fewer than were accepted, in the indices that have fewer. At least as many are missing.</summary>
    public const string Fewer = "fewer";

    /// <summary>The same of indices that have more.</summary>
    public const string More = "more";

    /// <summary>Documents that a transform leaves out, and that are not there.</summary>
    public const string Filtered = "filtered";

    /// <summary>Documents of which nothing can be said.</summary>
    public const string NotCompared = "notCompared";

    /// <summary>Documents that are on the target under another routing; among the missing and the extra ones too.</summary>
    public const string Moved = "moved";

    /// <summary>Indices, aliases and templates that are not as they were to become; left out where they were not compared.</summary>
    public const string ObjectsDiffering = "objectsDiffering";

    /// <summary>Searches whose counts were compared with the source's.</summary>
    public const string Searches = "searches";

    /// <summary>Those that found another number of documents on the target.</summary>
    public const string SearchesDiffering = "searchesDiffering";

    private readonly Rate _rate = new(time);

    /// <summary>What was left out is told where there is any: without transforms nothing is.</summary>
    public ImmutableSortedDictionary<string, long> Numbers => journal.Sum(Filtered) is > 0 and var leftOut ? Compared.Add(Filtered, leftOut) : Compared;

    private ImmutableSortedDictionary<string, long> Compared => ImmutableSortedDictionary<string, long>.Empty
        .Add(Checked, journal.Sum(Checked))
        .Add(Missing, journal.Sum(Missing))
        .Add(Differing, journal.Sum(Differing))
        .Add(Extra, journal.Sum(Extra))
        .Add(Rejected, journal.Sum(Rejected))
        .Add(NotCompared, journal.Sum(NotCompared))
        .Add(Moved, journal.Sum(Moved));

    public void Publish(string? waiting)
    {
        var done = journal.Sum(Checked);
        _rate.Take(done);
        publish(new(done, Math.Max(totals.Documents, done), "documents", _rate.PerSecond, waiting, Numbers) { TotalIsAtMost = totals.IsAtMost, Items = totals.Progress() });
    }

    public void PublishEnd()
    {
        var done = journal.Sum(Checked);
        publish(new(done, done, "documents", _rate.PerSecond, null, Numbers) { Items = totals.Progress() });
    }
}
