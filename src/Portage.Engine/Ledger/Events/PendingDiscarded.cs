using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>The pending revision was dropped.</summary>
public sealed record PendingDiscarded(string Session, string By) : SessionEvent(Session)
{
    internal static PendingDiscarded Read(ref EventFields fields)
    {
        var by = default(string);
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Needed(by));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at) => had with { Pending = null };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(PendingDiscarded), "pendingDiscarded")]
public abstract partial record LedgerEvent;
