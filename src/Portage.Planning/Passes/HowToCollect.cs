using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Planning.Passes;

/// <summary>
/// Says of work that is left how it is taken back. What shares a place with other work goes together with that, or not at all, and that is for
/// the list of what is left to tell: a command that a plan prints is taken.
/// </summary>
/// <param name="writes">True for a kind that leaves something in indices of a target.</param>
internal sealed class HowToCollect(ImmutableArray<WantedStep> wanted, IReadOnlyDictionary<StepAddress, RecordedStep> recorded, Func<StepKind, bool> writes)
{
    private readonly Lazy<HashSet<StepAddress>> _wanted = new(() => [.. wanted.Where(step => !step.IsAbsent).Select(step => step.Address)]);

    private readonly Lazy<ILookup<string, RecordedStep>> _work = new(() => recorded.Values.Where(step => step.EffectsSince is not null).ToLookup(step => step.Address.Source, StringComparer.Ordinal));

    /// <param name="items">What is left of it; null for all of it.</param>
    /// <param name="it">As <c>it</c> or <c>them</c>.</param>
    public string Of(StepAddress step, IEnumerable<string>? items, string it) => IsAlone(step, items)
        ? $"workflow collect {step} takes {it} back"
        : $"workflow collect tells how to have {it} taken back";

    private bool IsAlone(StepAddress step, IEnumerable<string>? items)
    {
        var left = (items ?? recorded[step].Items?.Keys ?? []).ToHashSet(StringComparer.Ordinal);
        return !_work.Value[step.Source].Any(other => other.Address != step && (step.Target is null || other.Address.Target == step.Target) && IsInTheWay(other));

        // What later steps of the slice made of it goes along, unless it is wanted where the step is not, or the other way round.
        bool IsInTheWay(RecordedStep other) => other.Address.Part == step.Part || step.Target is null
            ? other.Address.Kind > step.Kind && _wanted.Value.Contains(other.Address) == items is null
            : writes(step.Kind) && writes(other.Address.Kind) && other.Items is { } there && left.Any(there.ContainsKey);
    }
}
