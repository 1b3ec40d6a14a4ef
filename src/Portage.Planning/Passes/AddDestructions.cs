using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning.Destroying;

namespace Portage.Planning.Passes;

/// <summary>Marks the changes that may destroy something, and adds what was seen of it.</summary>
internal static class AddDestructions
{
    public static ImmutableArray<StepChange> To(
        ImmutableArray<StepChange> changes,
        ImmutableArray<WantedStep> wanted,
        IReadOnlyDictionary<StepAddress, RecordedStep> recorded,
        IReadOnlyDictionary<StepAddress, Observation>? observed)
    {
        var steps = wanted.ToDictionary(step => step.Address);
        var seen = changes.Select(change => MayDestroy(change, steps.GetValueOrDefault(change.Address), recorded.GetValueOrDefault(change.Address)) ? Seen(change, observed) : change).ToArray();
        var explained = new Queue<Destruction>(Destruction.Explain([.. seen.SelectMany(change => change.Destroys)]));
        return [.. seen.Select(change => change.Destroys.IsEmpty ? change : change with { Destroys = [.. change.Destroys.Select(_ => explained.Dequeue())] })];
    }

    /// <summary>What has effects is taken back; what looks for itself whether it can change in place may find that it cannot.</summary>
    private static bool MayDestroy(StepChange change, WantedStep? step, RecordedStep? had)
    {
        var hasWork = step is { Destroys: true } && had?.EffectsSince is not null;
        return change switch
        {
            StepChange.Redo => (hasWork && !step!.IsRedoneBeside) || step!.Overwrites,
            StepChange.Update => (hasWork && step!.Edges.Any(edge => edge.InPlace)) || step!.Overwrites,
            StepChange.Create => step!.Overwrites,

            // What was looked at and has written nothing yet is about to write.
            StepChange.Adopt => step!.Overwrites && had?.EffectsSince is null,

            // What was begun to be taken back goes on being so, whatever is wanted by now.
            StepChange.Revert => hasWork,
            _ => false,
        };
    }

    private static StepChange Seen(StepChange change, IReadOnlyDictionary<StepAddress, Observation>? observed) =>
        observed is not null && observed.TryGetValue(change.Address, out var seen)
            ? change with { MayDestroy = true, Destroys = seen.Destroys, Unseen = seen.Unseen }
            : change with { MayDestroy = true };
}
