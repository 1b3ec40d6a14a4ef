using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>A revision became the current one.</summary>
public sealed record RevisionCommitted(string Session, int Number, string By) : SessionEvent(Session)
{
    internal static RevisionCommitted Read(ref EventFields fields)
    {
        var (number, by) = (default(int?), default(string));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "number": number = fields.Number(); break;
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Needed(number), fields.Needed(by));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at)
    {
        var index = had.Revisions.FindIndex(revision => revision.Number == Number);
        var committed = had.Revisions[index] with { CommittedAt = at };
        return had with
        {
            Revisions = had.Revisions.SetItem(index, committed),
            Current = committed,
            Pending = had.Pending?.Number == Number ? null : had.Pending,
        };
    }
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(RevisionCommitted), "revisionCommitted")]
public abstract partial record LedgerEvent;
