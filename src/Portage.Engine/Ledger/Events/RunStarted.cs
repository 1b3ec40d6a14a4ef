using System.Text.Json.Serialization;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>A plan was started; a run that was under way goes over into it.</summary>
/// <param name="Run">Counted from 1 within the session.</param>
/// <param name="Revision">The configuration to carry out.</param>
/// <param name="Plan">The hash of the plan shown.</param>
public sealed record RunStarted(string Session, int Run, int Revision, Fingerprint Plan, string By) : SessionEvent(Session)
{
    internal static RunStarted Read(ref EventFields fields)
    {
        var (revision, plan, by) = (default(int?), default(Fingerprint?), default(string));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "revision": revision = fields.Number(); break;
                case "plan": plan = fields.Digest(); break;
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Run, fields.Needed(revision), fields.Needed(plan), fields.Needed(by));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at)
    {
        var ended = had.WithRunEnded(RunOutcome.Stopped, at);
        return ended with { Runs = ended.Runs.Add(new(Run, Revision, Plan, By, at)) };
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RunStarted), "runStarted")]
public abstract partial record LedgerEvent;
