using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>Nothing is under way any more.</summary>
public sealed record RunEnded(string Session, int Run, RunOutcome Outcome, string By) : SessionEvent(Session)
{
    internal static RunEnded Read(ref EventFields fields)
    {
        var (outcome, by) = (default(RunOutcome?), default(string));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "outcome": outcome = fields.Outcome(); break;
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Needed(outcome), fields.Needed(by));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at) => had.WithRunEnded(Outcome, at);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RunEnded), "runEnded")]
public abstract partial record LedgerEvent;
