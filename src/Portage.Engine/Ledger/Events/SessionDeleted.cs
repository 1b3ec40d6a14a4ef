using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>The session is gone from lists; its events stay.</summary>
public sealed record SessionDeleted(string Session, string By) : HomeEvent(Session)
{
    internal static SessionDeleted Read(ref EventFields fields)
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

    internal override void ApplyTo(ISessions home) => home.Close(Session);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(SessionDeleted), "sessionDeleted")]
public abstract partial record LedgerEvent;
