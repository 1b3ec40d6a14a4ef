using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>The configuration was edited; the revision is pending until committed.</summary>
/// <param name="Number">Counted from 1 within the session.</param>
/// <param name="Parent">The revision edited; 0 for none.</param>
/// <param name="Message">What the edit was.</param>
/// <param name="Configuration">Canonical JSON.</param>
public sealed record RevisionRecorded(string Session, int Number, int Parent, string By, string Message, string Configuration) : SessionEvent(Session)
{
    internal static RevisionRecorded Read(ref EventFields fields)
    {
        var (number, parent, by, message, configuration) = (default(int?), default(int?), default(string), default(string), default(string));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "number": number = fields.Number(); break;
                case "parent": parent = fields.Number(); break;
                case "by": by = fields.Text(); break;
                case "message": message = fields.Text(); break;
                case "configuration": configuration = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Needed(number), fields.Needed(parent), fields.Needed(by), fields.Needed(message), fields.Needed(configuration));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at)
    {
        var revision = new Revision(Number, Parent, By, at, Message, Configuration);
        return had with { Revisions = had.Revisions.Add(revision), Pending = revision };
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RevisionRecorded), "revisionRecorded")]
public abstract partial record LedgerEvent;
