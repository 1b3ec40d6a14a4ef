using System.Text.Json.Serialization;

namespace Portage.Engine.Ledger;

/// <summary>Verbs without <c>--session</c> act on this session from now on.</summary>
public sealed record SessionSwitched(string Session, string By) : HomeEvent(Session)
{
    internal static SessionSwitched Read(ref EventFields fields)
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

    internal override void ApplyTo(ISessions home) => home.SwitchTo(Session);
}

/// <content>Its name in the JSON.</content>
[JsonDerivedType(typeof(SessionSwitched), "sessionSwitched")]
public abstract partial record LedgerEvent;
