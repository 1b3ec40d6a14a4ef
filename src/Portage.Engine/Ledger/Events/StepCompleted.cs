using System.Text.Json.Serialization;
using Portage.Model.Addresses;

namespace Portage.Engine.Ledger;

/// <summary>A step is complete, its gate included.</summary>
public sealed record StepCompleted(string Session, int Run, StepAddress Step) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => "complete";

    internal static StepCompleted Read(ref EventFields fields)
    {
        fields.SkipRest();
        return new(fields.Session, fields.Run, fields.Step);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had with { State = StepState.Complete, Review = null, Failure = null, RetryAt = null, Failing = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepCompleted), "stepCompleted")]
public abstract partial record LedgerEvent;
