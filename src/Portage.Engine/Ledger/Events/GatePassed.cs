using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>A step may go on.</summary>
/// <param name="By">A person, or <c>policy</c>.</param>
/// <param name="Comment">What the person said; or the predicate that held.</param>
/// <param name="Evidence">Digest of the report that was looked at: another report needs another approval.</param>
/// <param name="Plan">The plan it was approved for.</param>
public sealed record GatePassed(string Session, int Run, StepAddress Step, string By, string? Comment, Fingerprint Evidence, Fingerprint Plan) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"passed by {By}{(Comment is null ? "" : $": {Comment}")}";

    internal static GatePassed Read(ref EventFields fields)
    {
        var (by, comment, evidence, plan) = (default(string), default(string), default(Fingerprint?), default(Fingerprint?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "by": by = fields.Text(); break;
                case "comment": comment = fields.Text(); break;
                case "evidence": evidence = fields.Digest(); break;
                case "plan": plan = fields.Digest(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(by), comment, fields.Needed(evidence), fields.Needed(plan));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had.ProposalOf(Evidence) is { } proposal
        ? had with { Proposal = proposal with { Review = null, Approved = Evidence }, Failure = null, RetryAt = null, Failing = null }
        : had with { Review = null, Approved = Evidence, Failure = null, RetryAt = null, Failing = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(GatePassed), "gatePassed")]
public abstract partial record LedgerEvent;
