using System.Collections.Immutable;
using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>Reads what a report says would be destroyed.</summary>
internal static class DestructionReader
{
    public static Destruction Read(ref Utf8JsonReader json)
    {
        var (kind, target, called, item, because) = (default(DestructionKind?), default(string), default(string), default(string), default(string));
        var (documents, bytes, foreign, sentMax, by) = (default(long?), default(long?), default(long?), default(long?), default(ImmutableArray<WrittenDocuments>?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "kind": kind = Enum.TryParse<DestructionKind>(json.GetString(), out var found) ? found : throw JsonParts.Unknown("kind", json.GetString()); break;
                case "target": target = json.GetString(); break;
                case "name": called = json.GetString(); break;
                case "item": item = json.GetString(); break;
                case "because": because = json.GetString(); break;
                case "documents": documents = Number(ref json); break;
                case "bytes": bytes = Number(ref json); break;
                case "foreign": foreign = Number(ref json); break;
                case "sentMax": sentMax = Number(ref json); break;
                case "by": by = JsonParts.List(ref json, Written); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(kind), JsonParts.Needed(target), JsonParts.Needed(called, "name"), documents, bytes, foreign) { Item = item, Because = because, By = by, SentMax = sentMax };
    }

    private static WrittenDocuments Written(ref Utf8JsonReader json)
    {
        var (step, documents, session, isAtMost) = (default(string), default(long?), default(string), false);
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "step": step = json.GetString(); break;
                case "documents": documents = json.GetInt64(); break;
                case "session": session = json.GetString(); break;
                case "isAtMost": isAtMost = json.GetBoolean(); break;
                default: json.Skip(); break;
            }
        }

        return new(StepAddress.Parse(JsonParts.Needed(step)), JsonParts.Needed(documents)) { Session = session, IsAtMost = isAtMost };
    }

    private static long? Number(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null ? null : json.GetInt64();
}
