using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A change that was looked at, and perhaps approved, is not wanted any more: nobody is asked about it, and whoever wants it again is asked anew.</summary>
public sealed record ProposalDropped(string Session, int Run, StepAddress Step) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => "the change that was looked at is not wanted any more";

    internal static ProposalDropped Read(ref EventFields fields)
    {
        fields.SkipRest();
        return new(fields.Session, fields.Run, fields.Step);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) => had with { Proposal = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(ProposalDropped), "proposalDropped")]
public abstract partial record LedgerEvent;
