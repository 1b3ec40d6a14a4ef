using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>What a step had made is gone.</summary>
public sealed record StepReverted(string Session, int Run, StepAddress Step) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => "reverted";

    internal static StepReverted Read(ref EventFields fields)
    {
        fields.SkipRest();
        return new(fields.Session, fields.Run, fields.Step);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        new(had.Address) { Run = Run, Inputs = had.Inputs, ConfiguredBy = had.ConfiguredBy, TakenBackAt = had.TakenBackAt };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepReverted), "stepReverted")]
public abstract partial record LedgerEvent;
