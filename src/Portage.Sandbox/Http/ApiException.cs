using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portage.Sandbox.Http;

/// <summary>An error as the real server words it: a type, a reason, perhaps facts and a cause, and the status that goes with it.</summary>
[SuppressMessage("Design", "CA1064", Justification = "It never leaves the sandbox: the dispatcher turns it into an answer.")]
internal sealed class ApiException : Exception
{
    public ApiException(int status, string type, string reason, ApiException? cause = null)
        : base(reason, cause) => (Status, Type) = (status, type);

    public int Status { get; }

    public string Type { get; }

    /// <summary>Further members of the error object, in order: a text, a flag or a JSON value.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Facts { get; init; } = [];

    /// <summary>What <c>root_cause</c> shows where it is not the error itself.</summary>
    public ApiException? Root { get; init; }

    public ApiException? Cause => InnerException as ApiException;

    public static ApiException IllegalArgument(string reason, ApiException? cause = null) => new(400, "illegal_argument_exception", reason, cause);

    public static ApiException Validation(string reason) => new(400, "action_request_validation_exception", $"Validation Failed: 1: {reason};");

    public static ApiException IndexNotFound(string index, string kind = "index_or_alias") =>
        new(404, "index_not_found_exception", $"no such index [{index}]")
        {
            Facts = [new("index", index), new("resource.id", index), new("resource.type", kind), new("index_uuid", "_na_")],
        };

    /// <summary>An error about one index.</summary>
    public static ApiException OfIndex(int status, string type, string reason, string index, string uuid = "_na_") =>
        new(status, type, reason) { Facts = [new("index", index), new("index_uuid", uuid)] };

    /// <summary>An error about one shard of an index.</summary>
    public static ApiException OfShard(int status, string type, string reason, string index, string uuid, int shard) =>
        new(status, type, reason) { Facts = [new("index", index), new("shard", shard.ToString(CultureInfo.InvariantCulture)), new("index_uuid", uuid)] };

    /// <summary>The members of the error object, without <c>root_cause</c>: the form inside a bulk item.</summary>
    public void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("type", Type);
        json.WriteString("reason", Message);
        foreach (var (name, value) in Facts)
        {
            json.WritePropertyName(name);
            switch (value)
            {
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case JsonNode node:
                    node.WriteTo(json);
                    break;
                default:
                    json.WriteStringValue((string)value);
                    break;
            }
        }

        if (Cause is not null)
        {
            json.WriteStartObject("caused_by");
            Cause.WriteMembers(json);
            json.WriteEndObject();
        }
    }

    /// <summary>The error object with its <c>root_cause</c>.</summary>
    public void WriteWithRoot(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("root_cause");
        json.WriteStartObject();
        var root = Root ?? this;
        if (root.Cause is null)
        {
            root.WriteMembers(json);
        }
        else
        {
            new ApiException(root.Status, root.Type, root.Message) { Facts = root.Facts }.WriteMembers(json);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        WriteMembers(json);
        json.WriteEndObject();
    }

    public ApiReply ToReply() => ApiReply.Json(Status, json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("error");
        WriteWithRoot(json);
        json.WriteNumber("status", Status);
        json.WriteEndObject();
    });
}
