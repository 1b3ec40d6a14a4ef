using System.Collections.Immutable;
using Portage.Engine.Status;

namespace Portage.Engine.Questions;

/// <summary>The steps of a status report as the tree in which people think of a migration: to which target, from which source, which slice.</summary>
/// <param name="Sources">Sources with what belongs to them alone, as their snapshots, in reading order.</param>
/// <param name="Targets">Targets with what goes to them, in reading order.</param>
public sealed record StatusTree(ImmutableArray<StatusTree.Source> Sources, ImmutableArray<StatusTree.Target> Targets)
{
    /// <summary>A source, or what comes from it to one target.</summary>
    /// <param name="Name">The source.</param>
    /// <param name="Parts">Its snapshots, or the slices that go to the target.</param>
    public sealed record Source(string Name, ImmutableArray<Part> Parts)
    {
        /// <summary>All steps below, in reading order.</summary>
        public IEnumerable<StepStatus> Steps => Parts.SelectMany(part => part.Steps);
    }

    /// <summary>A target.</summary>
    /// <param name="Name">The target.</param>
    /// <param name="From">What comes from each source.</param>
    public sealed record Target(string Name, ImmutableArray<Source> From);

    /// <summary>A snapshot, or a slice.</summary>
    /// <param name="Name">Its name; empty for steps of the source as a whole.</param>
    /// <param name="Steps">In reading order.</param>
    public sealed record Part(string Name, ImmutableArray<StepStatus> Steps);

    /// <summary>The tree of a report.</summary>
    public static StatusTree Of(StatusReport report) => new(
        SourcesOf(report.Steps.Where(step => step.Address.Target is null)),
        [
            .. report.Steps.Where(step => step.Address.Target is not null)
                .GroupBy(step => step.Address.Target!, StringComparer.Ordinal)
                .Select(target => new Target(target.Key, SourcesOf(target))),
        ]);

    private static ImmutableArray<Source> SourcesOf(IEnumerable<StepStatus> steps) =>
    [
        .. steps.GroupBy(step => step.Address.Source, StringComparer.Ordinal)
            .Select(source => new Source(source.Key, [.. source.GroupBy(step => step.Address.Part ?? "", StringComparer.Ordinal).Select(part => new Part(part.Key, [.. part]))])),
    ];
}
