using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Engine.Core;

/// <summary>Work of the same kind that other slices have in the same place. Pure.</summary>
internal static class WorkBeside
{
    /// <summary>The steps that made or wrote something of some items, in order of their addresses.</summary>
    public static ImmutableArray<StepRecord> Of(IEnumerable<StepRecord> steps, StepAddress step, IReadOnlyCollection<string> items) => items.Count == 0 ? [] :
    [
        .. steps
            .Where(other => other is { HasEffects: true, Inputs: not null, ConfiguredBy: > 0 }
                && (other.Address.Kind, other.Address.Source, other.Address.Target) == (step.Kind, step.Source, step.Target)
                && other.Address != step
                && Claims.WrittenBy(other).Intersect(items, StringComparer.Ordinal).Any())
            .OrderBy(other => other.Address.ToString(), StringComparer.Ordinal),
    ];
}
