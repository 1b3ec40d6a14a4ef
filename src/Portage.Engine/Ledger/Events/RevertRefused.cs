using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Ledger;

/// <summary>Taking back was stopped: more would have been destroyed than was approved. Every approval of a destruction on this way is void.</summary>
/// <param name="Because">What is there that was not approved.</param>
public sealed record RevertRefused(string Session, int Run, StepAddress Step, Diagnostic Because) : StepEvent(Session, Run, Step)
{
    /// <summary>Items of which something was gone by then; null where nothing was, and in what an older release wrote.</summary>
    public ImmutableArray<string>? Gone { get; init; }

    /// <inheritdoc/>
    public override string Describe() => $"taking back was stopped: {Because.Detail}";

    internal static RevertRefused Read(ref EventFields fields)
    {
        var because = default(Diagnostic);
        var gone = default(ImmutableArray<string>?);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "because": because = fields.Because(); break;
                case "gone": gone = fields.Texts(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Step, fields.Needed(because)) { Gone = gone };
    }

    /// <summary>What is gone is not done any more, so that the next start makes it anew; the rest stands as before.</summary>
    internal override StepRecord ApplyTo(StepRecord had, DateTimeOffset at, long place) =>
        had with { State = had.Before, Items = Gone is { } gone ? had.Items?.RemoveRange(gone) : had.Items, TakingBack = [], Proposal = null, Run = Run, IsClaimed = false, Failure = Because, RetryAt = null, Failing = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RevertRefused), "revertRefused")]
public abstract partial record LedgerEvent;
