using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>Nothing was taken back: more would have been destroyed than was approved. Every approval of a destruction on this way is void.</summary>
/// <param name="Because">What is there that was not approved.</param>
public sealed record RevertRefused(string Session, int Run, StepAddress Step, Diagnostic Because) : StepEvent(Session, Run, Step)
{
    /// <inheritdoc/>
    public override string Describe() => $"taking back was stopped: {Because.Detail}";

    internal static RevertRefused Read(ref EventFields fields)
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

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(because));
    }

    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had with { State = had.Before, TakingBack = [], Proposal = null, Run = Run, IsClaimed = false, Failure = Because, RetryAt = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RevertRefused), "revertRefused")]
public abstract partial record LedgerEvent;
