using Portage.Engine.Core;
using Portage.Model.Addresses;

namespace Portage.Engine.Operations;

/// <summary>What somebody wants taken back: steps that nobody wants, whole, and what narrowed slices left behind of steps that are wanted.</summary>
/// <param name="Wanted">The steps that the configuration wants.</param>
/// <param name="Parts">What is left behind of those of them that left something.</param>
internal sealed record Collected(HashSet<StepAddress> Wanted, Dictionary<StepAddress, LeftPart> Parts)
{
    /// <summary>Unwanted steps that go whole.</summary>
    public HashSet<StepAddress> Whole { get; } = [];

    /// <summary>Wanted steps of which goes what is left behind.</summary>
    public HashSet<StepAddress> InPart { get; } = [];

    /// <summary>True for an item of a step that nobody wants there any more, be it asked for or not.</summary>
    public bool IsLeft(StepAddress step, string item) => !Wanted.Contains(step) || (Parts.TryGetValue(step, out var part) && (part.Left.Contains(item) || part.Leaving.Contains(item)));

    /// <summary>True for an item of a step that goes.</summary>
    public bool Goes(StepAddress step, string item) => Whole.Contains(step) || GoesInPart(step, item);

    /// <summary>True for an item of a step of which the rest stays, asked for now or before.</summary>
    public bool GoesInPart(StepAddress step, string item) => Parts.TryGetValue(step, out var part) && (part.Leaving.Contains(item) || (InPart.Contains(step) && part.Left.Contains(item)));
}
