using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>An attempt failed.</summary>
/// <param name="RetryAt">When it is tried again; null when a person must act first.</param>
public sealed record StepFailed(string Session, int Run, StepAddress Step, int Attempt, StepPhase Phase, Diagnostic Because, DateTimeOffset? RetryAt) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"failed: {Because.Code} {Because.Detail}{(RetryAt is null ? "" : " Tried again.")}";

    internal static StepFailed Read(ref EventFields fields)
    {
        var (attempt, phase, because, retryAt) = (default(int?), default(StepPhase?), default(Diagnostic), default(DateTimeOffset?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "attempt": attempt = fields.Number(); break;
                case "phase": phase = fields.Phase(); break;
                case "because": because = fields.Because(); break;
                case "retryAt": retryAt = fields.Time(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(attempt), fields.Needed(phase), fields.Needed(because), retryAt);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had.Failed(Because, Attempt, RetryAt, at) with { Run = Run };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepFailed), "stepFailed")]
public abstract partial record LedgerEvent;
