using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A step was evaluated: its gate can be asked.</summary>
public sealed record StepEvaluated(string Session, int Run, StepAddress Step, int Attempt, StepReport Evidence) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"evaluated: {Evidence.Lines.FirstOrDefault()}";

    internal static StepEvaluated Read(ref EventFields fields)
    {
        var (attempt, evidence) = (default(int?), default(StepReport));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "attempt": attempt = fields.Number(); break;
                case "evidence": evidence = fields.Report(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(attempt), fields.Needed(evidence));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => Evaluated(had) with { Superseded = Superseded(had) };

    private StepReport? Superseded(StepRecord had) =>
        (had.Proposal is { } proposal ? proposal.IsApproved ? proposal.Evidence : null : had.IsThrough ? had.Evidence : null) is { } passed && passed.Digest != Evidence.Digest ? passed : null;

    private StepRecord Evaluated(StepRecord had) => had.Proposal is { } proposal
        ? had with { Proposal = proposal with { Evidence = Evidence, Review = null }, IsClaimed = false, Failure = null, RetryAt = null, Failing = null }
        : had with { State = StepState.Evaluated, Evidence = Evidence, GateReport = Evidence, Review = null, IsClaimed = false, Workload = null, Failure = null, RetryAt = null, Failing = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepEvaluated), "stepEvaluated")]
public abstract partial record LedgerEvent;
