using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>A step waits for a person.</summary>
/// <param name="Why">As <c>manual</c>, or the comparison that does not hold.</param>
/// <param name="Evidence">Digest of the report that is to be looked at.</param>
public sealed record GateOpened(string Session, int Run, StepAddress Step, string Why, Fingerprint Evidence) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"review opened: {Why}";

    internal static GateOpened Read(ref EventFields fields)
    {
        var (why, evidence) = (default(string), default(Fingerprint?));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "why": why = fields.Text(); break;
                case "evidence": evidence = fields.Digest(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(why), fields.Needed(evidence));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had.ProposalOf(Evidence) is { } proposal
        ? had with { Proposal = proposal with { Review = this }, Failure = null, RetryAt = null, Failing = null }
        : had with { Review = this, Failure = null, RetryAt = null, Failing = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(GateOpened), "gateOpened")]
public abstract partial record LedgerEvent;
