using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning.Verdicts;
using Portage.Planning.Destroying;

namespace Portage.Planning;

/// <summary>What a plan will do about one step, and why.</summary>
/// <remarks>Reasons are for people: nothing branches on them, and they are not part of the plan's hash.</remarks>
public abstract record StepChange
{
    private StepChange(StepAddress address, ImmutableArray<ChangeReason> because) => (Address, Because) = (address, because);

    /// <summary>The same change with more to say for it.</summary>
    internal StepChange And(ImmutableArray<ChangeReason> more) => this with { Because = [.. Because, .. more] };

    /// <summary>The step concerned.</summary>
    public StepAddress Address { get; }

    /// <summary>Why.</summary>
    public ImmutableArray<ChangeReason> Because { get; private init; }

    /// <summary>The word that users see.</summary>
    public abstract string Word { get; }

    /// <summary>Items that are done and would be taken back first; default means every one.</summary>
    public ImmutableArray<string> Redone { get; init; } = [];

    /// <summary>Items that are not done yet.</summary>
    public ImmutableArray<string> Added { get; init; } = [];

    /// <summary>Those of the added that another step has done just so: they are taken over from it.</summary>
    public ImmutableArray<TakenItem> TakesOver { get; init; } = [];

    /// <summary>Items that come out differently and are changed in what is there; default for every one, known or not. Part of no hash: what follows from it is.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>Items that were done and are not wanted any more: they are left as they are.</summary>
    public ImmutableArray<string> Left { get; init; } = [];

    /// <summary>Those of the left that no other step takes over: somebody can have them taken back.</summary>
    public ImmutableArray<string> LeftBehind { get; init; } = [];

    /// <summary>Those of the redone that are not done anew: they are selected no longer, and somebody wants them taken back.</summary>
    public ImmutableArray<string> Leaving { get; init; } = [];

    /// <summary>What this deletes, empties or overwrites, as was seen just now; empty where nothing is, or nobody has looked.</summary>
    public ImmutableArray<Destruction> Destroys { get; init; } = [];

    /// <summary>Why nobody could see what this would destroy; null where somebody has, and where it destroys nothing.</summary>
    public string? Unseen { get; init; }

    /// <summary>
    /// Work of other steps in what this one made, which no line of the plan takes back. Of a block: why. Of anything else: it fails, and destroys
    /// nothing, should it find that it cannot change in place what that work is in.
    /// </summary>
    public ImmutableArray<LeftWork> Spares { get; init; } = [];

    /// <summary>True where something may be destroyed, so that somebody must look before this is started.</summary>
    public bool MayDestroy { get; init; }

    /// <summary>True when it depends on how an earlier step comes out.</summary>
    public virtual bool IsConditional => false;

    /// <summary>Complete, with these very inputs: nothing is done and its resources are not touched.</summary>
    public sealed record Keep(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "keep";
    }

    /// <summary>Begun with these very inputs and not complete: it goes on from where it is; process fields are adjusted in place.</summary>
    /// <param name="Reasons">Where it stands, and each process field that differs.</param>
    public sealed record Adopt(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "adopt";
    }

    /// <summary>Half taken back: that goes on, whatever is wanted by now, and then it is run. Or no longer wanted, in whole or in some items, and somebody asked for that to be taken back.</summary>
    public sealed record Revert(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "revert";
    }

    /// <summary>Not done yet: run it.</summary>
    /// <param name="Reasons">Who has done some of it already; mostly none.</param>
    public sealed record Create(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "create";
    }

    /// <summary>Good but for what can be added, or changed in place: that is done, and the rest is not touched.</summary>
    /// <param name="Reasons">The fields, outputs and items that differ.</param>
    public sealed record Update(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "update";
    }

    /// <summary>Done with other inputs: take back what is not good any more, then run it.</summary>
    /// <param name="Conditional">Only when what it takes from an earlier step comes out differently; otherwise it is kept.</param>
    /// <param name="Reasons">The fields and outputs that differ.</param>
    public sealed record Redo(StepAddress Step, bool Conditional, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "redo";

        /// <inheritdoc/>
        public override bool IsConditional => Conditional;
    }

    /// <summary>Cannot be done: a field that may never change under finished work has changed.</summary>
    public sealed record Block(StepAddress Step, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "block";
    }

    /// <summary>Recorded, and wanted no longer. What it made is left as it is until somebody asks for it to be taken back.</summary>
    /// <param name="StopsWork">True when it is under way, and a start stops it.</param>
    public sealed record Collect(StepAddress Step, bool StopsWork, ImmutableArray<ChangeReason> Reasons) : StepChange(Step, Reasons)
    {
        /// <inheritdoc/>
        public override string Word => "collect";
    }
}

/// <summary>One reason of a change.</summary>
/// <param name="Path">The configuration path, or the upstream step, that differs; null when it is neither.</param>
/// <param name="Was">The old value as canonical JSON; null when there was none.</param>
/// <param name="Is">The new value as canonical JSON; null when there is none.</param>
/// <param name="Text">In words, complete without the other fields.</param>
public sealed record ChangeReason(string? Path, string? Was, string? Is, string Text);
