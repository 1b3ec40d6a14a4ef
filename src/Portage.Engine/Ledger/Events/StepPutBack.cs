using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>What a step's work had set aside of a cluster is as it was before, or could not be put back.</summary>
/// <param name="Because">Why not; null where it is.</param>
public sealed record StepPutBack(string Session, int Run, StepAddress Step, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Diagnostic? Because) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => Because is { } because ? $"what it had set aside is not put back: {because.Code} {because.Detail}" : "what it had set aside is put back";

    internal static StepPutBack Read(ref EventFields fields)
    {
        var because = default(Diagnostic);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "because": because = fields.Because(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, because);
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had with { SetsAside = Because is not null, PutBackFailure = Because, PutBackTriedIn = Because is null ? 0 : Run };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(StepPutBack), "stepPutBack")]
public abstract partial record LedgerEvent;
