using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>A person refused; the step has failed.</summary>
public sealed record GateRejected(string Session, int Run, StepAddress Step, string By, string? Comment, Fingerprint Evidence) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"rejected by {By}{(Comment is null ? "" : $": {Comment}")}";

    internal static GateRejected Read(ref EventFields fields)
    {
        var (by, comment, evidence) = (default(string), default(string), default(Fingerprint?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "by": by = fields.Text(); break;
                case "comment": comment = fields.Text(); break;
                case "evidence": evidence = fields.Digest(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(by), comment, fields.Needed(evidence));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place)
    {
        var failure = DiagnosticCatalog.GateWasRejected.Error(null, $"{By} rejected {Step}{(Comment is null ? "" : $": {Comment}")}.");

        // What was refused was only proposed: the work stays as it was done, and a later run asks again.
        return had.ProposalOf(Evidence) is not null
            ? had with { Proposal = null, Run = Run, Failure = failure, RetryAt = null, Failing = null }
            : had with { Review = null, Rejection = this, Run = Run, Failure = failure, RetryAt = null, Failing = null };
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(GateRejected), "gateRejected")]
public abstract partial record LedgerEvent;
