using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Core;

/// <summary>Where a wanted step stands, and so what comes next for it. The reconciler acts on it; status tells it.</summary>
public abstract record Standing
{
    private Standing()
    {
    }

    /// <summary>True where another change than the one that is wanted was looked at: nobody is asked about it any more, and no approval of it counts.</summary>
    public bool DropsProposal { get; init; }

    /// <summary>Complete, with what is wanted.</summary>
    public sealed record Settled : Standing;

    /// <summary>Earlier steps are not settled.</summary>
    public sealed record Waits(ImmutableArray<StepAddress> On) : Standing;

    /// <summary>A person holds it.</summary>
    /// <param name="IsWorking">Its workload must be stopped first.</param>
    public sealed record Held(Paused Pause, bool IsWorking) : Standing;

    /// <summary>The phase can begin now.</summary>
    /// <param name="Attempt">Counted from 1; the same again when a controller that is gone had claimed it.</param>
    public sealed record Ready(StepPhase Phase, StepInputs Inputs, int Attempt) : Standing
    {
        /// <summary>The items that are taken back, or, in an evaluation, would be; default for all.</summary>
        public ImmutableArray<string> Items { get; init; } = [];

        /// <summary>What other steps did that it takes over, or, in an evaluation, would.</summary>
        public ImmutableArray<TakenWork> Takes { get; init; } = [];

        /// <summary>What may be destroyed: everything that was approved.</summary>
        public ImmutableArray<Destruction> Approved { get; init; } = [];
    }

    /// <summary>A phase could begin, but as much is under way as may be.</summary>
    public sealed record WaitsForPlace(Place Place) : Standing;

    /// <summary>The phase is under way.</summary>
    public sealed record Working(StepPhase Phase, StepInputs Inputs) : Standing;

    /// <summary>It serves.</summary>
    /// <param name="HeldBy">Why its gate does not let it pass yet; null when it has: then nothing waits for it any more.</param>
    public sealed record Serves(StepInputs Inputs, string? HeldBy) : Standing;

    /// <summary>Its gate must be asked.</summary>
    /// <param name="IsBefore">True before anything is changed; false when it is about what was done.</param>
    public sealed record GateDue(GateRule Gate, StepReport Evidence, bool IsBefore) : Standing;

    /// <summary>It waits for a person.</summary>
    public sealed record InReview(GateOpened Gate) : Standing;

    /// <summary>An attempt failed; the next one begins at a time.</summary>
    public sealed record Retries(Diagnostic Because, DateTimeOffset At) : Standing;

    /// <summary>It failed, and a person must act.</summary>
    public sealed record Failed(Diagnostic Because) : Standing;

    /// <summary>It was done with other inputs; steps that rest on it must be reverted first.</summary>
    public sealed record RevertWaits(ImmutableArray<StepAddress> On) : Standing
    {
        /// <summary>True where all of them go together, and these are not let go yet.</summary>
        public bool IsTogether { get; init; }
    }

    /// <summary>It was begun with other inputs, and is still at it.</summary>
    public sealed record StopsFirst : Standing;
}
