using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>A pause with this very pattern ended; <c>*</c> ends all.</summary>
public sealed record Resumed(string Session, string Pattern, string By) : SessionEvent(Session)
{
    internal static Resumed Read(ref EventFields fields)
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
        had with { Pauses = had.Pauses.RemoveAll(pause => Pattern == "*" || pause.Pattern == Pattern) };
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(Resumed), "resumed")]
public abstract partial record LedgerEvent;
