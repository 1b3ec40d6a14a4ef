using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Running;

/// <summary>One try of one step within a run: what a flight is about, and the events that it can come to.</summary>
internal sealed record Attempt(string Session, int Run, StepAddress Step, int Number)
{
    /// <summary>What a step was last at.</summary>
    public static Attempt Of(string session, StepRecord step) => new(session, step.Run, step.Address, step.Attempt);

    /// <summary>For a scope: every line says what it is about.</summary>
    public IReadOnlyDictionary<string, object> Fields => new Dictionary<string, object> { ["Session"] = Session, ["Run"] = Run, ["Step"] = Step, ["Attempt"] = Number };

    public StepStopped Stopped(string why) => new(Session, Run, Step, why);

    public StepFailed Failed(StepPhase phase, Diagnostic because, DateTimeOffset? retryAt) => new(Session, Run, Step, Number, phase, because, retryAt);
}
