using System.Collections.Immutable;

namespace Portage.Planning.Verdicts;

/// <summary>Whether what is recorded of a step is still good.</summary>
public enum VerdictKind
{
    /// <summary>There is nothing: do it.</summary>
    Create,

    /// <summary>It is complete and good.</summary>
    Keep,

    /// <summary>It is begun, good, and goes on from where it is.</summary>
    Adopt,

    /// <summary>It is good but for what can be added or changed in place.</summary>
    Update,

    /// <summary>Some of it, or all, must be taken back and done anew.</summary>
    Redo,

    /// <summary>It is to be absent, or some of it, or all, is being taken back already: that goes on, and it is done anew.</summary>
    Revert,

    /// <summary>It cannot be brought to what is wanted.</summary>
    Block,
}

/// <summary>The one answer to the question whether what is recorded is still good. The plan prints it, the engine acts on it.</summary>
/// <param name="Kind">The answer.</param>
/// <param name="Because">The reasons, for people: nothing branches on them.</param>
public sealed record Verdict(VerdictKind Kind, ImmutableArray<ChangeReason> Because)
{
    /// <summary>True when it depends on how an earlier step comes out; otherwise it is kept.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Items that are done and must be taken back first, or go on being so; default means every one, known or not.</summary>
    public ImmutableArray<string> Redone { get; init; } = [];

    /// <summary>Items that are not done yet.</summary>
    public ImmutableArray<string> Added { get; init; } = [];

    /// <summary>Those of the added that another step has done just so: they are taken over from it.</summary>
    public ImmutableArray<TakenItem> TakesOver { get; init; } = [];

    /// <summary>Items that come out differently and are changed in what is there; default for every one, known or not.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>Items that were done and are not wanted any more: they are left as they are.</summary>
    public ImmutableArray<string> Left { get; init; } = [];

    /// <summary>Those of the redone that are not done anew: nobody wants them any more, and somebody wants them taken back.</summary>
    public ImmutableArray<string> Leaving { get; init; } = [];

    /// <summary>True where some items only go, and the rest stays as it is.</summary>
    public bool OnlyLeaves => Kind == VerdictKind.Redo && !Leaving.IsEmpty && !Redone.IsDefault && Redone.Length == Leaving.Length && Added.IsEmpty && Changed is { IsDefault: false, IsEmpty: true } && !IsChangedBesides;

    /// <summary>True where the step differs in something that is no item.</summary>
    public bool IsChangedBesides { get; init; }

    /// <summary>Nothing is recorded.</summary>
    public static Verdict Create { get; } = new(VerdictKind.Create, []);

    /// <summary>True when the item, done before, is to be done anew.</summary>
    public bool Redoes(string item) => Kind == VerdictKind.Redo && (Redone.IsDefault || Redone.Contains(item, StringComparer.Ordinal));
}

/// <summary>How a step before another one stands, as far as the later one cares.</summary>
/// <param name="Verdict">Of the earlier step.</param>
/// <param name="Recorded">What is recorded of it; null for nothing.</param>
/// <param name="Outputs">What it leaves; default until it is settled.</param>
public readonly record struct UpstreamLook(Verdict Verdict, RecordedStep? Recorded, ImmutableArray<OutputPart> Outputs)
{
    /// <summary>Items of it that are about to be taken back, by a decision that its evaluation led to.</summary>
    public ImmutableArray<string> TakesBack { get; init; } = [];
}
