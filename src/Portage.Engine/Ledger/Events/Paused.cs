using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>Steps that the pattern selects are held until resumed.</summary>
public sealed record Paused(string Session, string Pattern, string By) : SessionEvent(Session)
{
    internal static Paused Read(ref EventFields fields)
    {
        var (pattern, by) = (default(string), default(string));
        while (fields.Next(out var name))
        {
            switch (name)
            {
                case "pattern": pattern = fields.Pattern(); break;
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Needed(pattern), fields.Needed(by));
    }

    internal override SessionRecord ApplyTo(SessionRecord had, DateTimeOffset at) =>
        had with { Pauses = had.Pauses.RemoveAll(pause => pause.Pattern == Pattern).Add(this) };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(Paused), "paused")]
public abstract partial record LedgerEvent;
