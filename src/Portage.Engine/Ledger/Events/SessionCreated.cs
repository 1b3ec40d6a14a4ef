using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>A session began.</summary>
/// <param name="By">Who did it.</param>
public sealed record SessionCreated(string Session, string By) : HomeEvent(Session)
{
    internal static SessionCreated Read(ref EventFields fields)
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

    internal override void ApplyTo(ISessions home) => home.Open(Session);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(SessionCreated), "sessionCreated")]
public abstract partial record LedgerEvent;
