using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Snapshot;
using Portage.Steps.Validate;

namespace Portage.Steps;

/// <summary>The one list of step kinds, in pipeline order.</summary>
public static class StepCatalog
{
    private static readonly IStep[] InOrder = [new SnapshotStep(), new MetadataStep(), new BackfillStep(), new ValidateStep()];

    /// <summary>Every kind.</summary>
    public static IReadOnlyDictionary<StepKind, IStep> Steps { get; } = InOrder.ToDictionary(step => step.Definition.Kind);

    /// <summary>The planner that knows them all.</summary>
    public static Planner Planner { get; } = new([.. InOrder.Select(step => step.Definition)]);
}
