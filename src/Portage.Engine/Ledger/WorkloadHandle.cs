using System.Text.Json;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>Finds a workload again.</summary>
/// <param name="Kind">The backend's word for it, as <c>process</c>.</param>
/// <param name="Id">The backend's name of it.</param>
/// <param name="Token">Fencing token: a workload with an older one must not write any more.</param>
/// <param name="Identity">The identity fingerprint of its work.</param>
public sealed record WorkloadHandle(string Kind, string Id, long Token, Fingerprint Identity)
{
    internal static WorkloadHandle Read(ref Utf8JsonReader json)
    {
        var (kind, id, token, identity) = (default(string), default(string), 0L, default(Fingerprint?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "kind": kind = KnownTexts.Of(ref json); break;
                case "id": id = json.GetString(); break;
                case "token": token = json.GetInt64(); break;
                case "identity": identity = JsonParts.Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(kind), JsonParts.Needed(id), token, JsonParts.Needed(identity));
    }
}
