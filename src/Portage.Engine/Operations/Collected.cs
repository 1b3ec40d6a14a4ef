using Portage.Model.Addresses;

namespace Portage.Engine.Operations;

/// <summary>What somebody wants taken back: steps that nobody wants, whole, and what narrowed slices left behind of steps that are wanted.</summary>
internal sealed class Collected
{
    /// <summary>Unwanted steps that go whole.</summary>
    public HashSet<StepAddress> Whole { get; } = [];

    /// <summary>Wanted steps of which goes what is left behind.</summary>
    public HashSet<StepAddress> InPart { get; } = [];

    /// <summary>True for a step of which something was asked for.</summary>
    public bool Has(StepAddress step) => Whole.Contains(step) || InPart.Contains(step);
}
