using System.Collections.Frozen;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Snapshot;
using Portage.Steps.Validate;

namespace Portage.Steps;

/// <summary>The one list of step kinds.</summary>
public static class StepCatalog
{
    /// <summary>Every kind, in pipeline order.</summary>
    public static FrozenDictionary<StepKind, IStep> Steps { get; } = ((IStep[])
    [
        new SnapshotStep(),
        new MetadataStep(),
        new BackfillStep(),
        new ValidateStep(),
    ]).ToFrozenDictionary(step => step.Definition.Kind);

    /// <summary>The planner that knows them all.</summary>
    public static Planner Planner { get; } = new([.. Steps.Values.Select(step => step.Definition).OrderBy(definition => definition.Kind)]);
}
