using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>A step was claimed: from here on its effects may exist.</summary>
/// <param name="Inputs">What it works with.</param>
public sealed record StepStarted(string Session, int Run, StepAddress Step, int Attempt, StepPhase Phase, StepInputs Inputs) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"run {Run}, attempt {Attempt}: {Phase.ToString().ToLowerInvariant()} begins";

    internal static StepStarted Read(ref EventFields fields)
    {
        var (attempt, phase, inputs) = (default(int?), default(StepPhase?), default(StepInputs));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "attempt": attempt = fields.Number(); break;
                case "phase": phase = fields.Phase(); break;
                case "inputs": inputs = fields.Inputs(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(attempt), fields.Needed(phase), fields.Needed(inputs));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with
    {
        State = Phase switch
        {
            StepPhase.Evaluate => StepState.Evaluating,
            StepPhase.Run => StepState.Running,
            _ => StepState.Reverting,
        },
        Run = Run,
        Attempt = Attempt,

        // A revert works on what was done: it takes back the old inputs.
        Inputs = Phase == StepPhase.Revert ? had.Inputs : Inputs,
        HasEffects = had.HasEffects || Phase == StepPhase.Run,
        EffectsSince = had.HasEffects || Phase != StepPhase.Run ? had.EffectsSince : place,
        TakenBackAt = Phase == StepPhase.Revert ? place : had.TakenBackAt,

        // An approval is for these inputs: other ones need another approval, whatever their evidence says.
        Approved = Phase != StepPhase.Revert && had.Inputs is { } before && InputDifferences.HaveSameResult(before, Inputs) ? had.Approved : null,

        // Who looks at it now decides about something that is being replaced.
        Review = null,
        Rejection = null,
        IsClaimed = true,
        ConfiguredBy = Phase == StepPhase.Revert ? had.ConfiguredBy : Run,
        Failure = null,
        RetryAt = null,
        StartedAt = at,
    };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepStarted), "stepStarted")]
public abstract partial record LedgerEvent;
