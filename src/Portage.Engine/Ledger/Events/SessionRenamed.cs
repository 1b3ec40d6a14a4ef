using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>The session has another name from now on. Earlier events keep the name that it had then.</summary>
/// <param name="Session">The name that it had.</param>
/// <param name="Name">The name that it has; no other session had it at that moment.</param>
/// <param name="By">Who did it.</param>
public sealed record SessionRenamed(string Session, string Name, string By) : HomeEvent(Session)
{
    internal static SessionRenamed Read(ref EventFields fields)
    {
        var (name, by) = (default(string), default(string));
        while (fields.Next(out var field))
        {
            switch (field)
            {
                case "name": name = fields.Text(); break;
                case "by": by = fields.Text(); break;
                default: fields.Skip(); break;
            }
        }

        return new(fields.Session, fields.Needed(name), fields.Needed(by));
    }

    internal override void ApplyTo(ISessions home) => home.Rename(Session, Name);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(SessionRenamed), "sessionRenamed")]
public abstract partial record LedgerEvent;
