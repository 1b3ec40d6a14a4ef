using System.Text.Json;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Documents;

/// <summary>
/// Takes a bulk body apart: an action line, and for all but deletes a line with the document; each line ends with a line feed, the
/// last one too (OpenSearch's BulkRequestParser, 2.19.1).
/// </summary>
internal static class BulkReader
{
    /// <exception cref="ApiException">The body is not a bulk body; nothing of it is carried out.</exception>
    public static List<WriteOperation> Read(ReadOnlyMemory<byte> body, string? defaultIndex, string? defaultRouting, bool requiresAlias)
    {
        if (body.IsEmpty)
        {
            throw new ApiException(400, "parse_exception", "request body is required");
        }

        if (body.Span[^1] != (byte)'\n')
        {
            throw ApiException.IllegalArgument("The bulk request must be terminated by a newline [\\n]");
        }

        var operations = new List<WriteOperation>();
        var faults = new List<string>();
        var number = 0;
        while (!body.IsEmpty)
        {
            var action = TakeLine(ref body);
            number++;
            if (action.IsEmpty)
            {
                continue;
            }

            var operation = ReadAction(action.Span, number, new WriteOperation(WriteKind.Index, defaultIndex, null) { Routing = defaultRouting, RequiresAlias = requiresAlias });
            if (operation.Kind != WriteKind.Delete)
            {
                if (body.IsEmpty)
                {
                    // An action without its document, at the very end, is passed over.
                    break;
                }

                operation = operation with { Source = TakeLine(ref body) };
                number++;
            }

            AddFaults(faults, operation);
            operations.Add(operation);
        }

        if (operations.Count == 0)
        {
            faults.Add("no requests added");
        }

        return faults.Count == 0 ? operations
            : throw new ApiException(400, "action_request_validation_exception", $"Validation Failed: {string.Concat(faults.Select((fault, i) => $"{i + 1}: {fault};"))}");
    }

    public static VersionType ReadVersionType(string text) => text switch
    {
        "internal" => VersionType.Internal,
        "external" or "external_gt" => VersionType.External,
        "external_gte" => VersionType.ExternalGte,
        _ => throw ApiException.IllegalArgument($"No version type match [{text}]"),
    };

    private static void AddFaults(List<string> faults, WriteOperation operation)
    {
        if (string.IsNullOrEmpty(operation.Index))
        {
            faults.Add("index is missing");
        }

        if (operation.Id is null && operation.Kind is WriteKind.Delete or WriteKind.Update)
        {
            faults.Add("id is missing");
        }

        if (operation is { VersionType: VersionType.Internal, Version: not null })
        {
            faults.Add("internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead");
        }
    }

    private static ReadOnlyMemory<byte> TakeLine(ref ReadOnlyMemory<byte> body)
    {
        var end = body.Span.IndexOf((byte)'\n');
        var line = body[..end];
        body = body[(end + 1)..];
        return line.Length > 0 && line.Span[^1] == (byte)'\r' ? line[..^1] : line;
    }

    private static WriteOperation ReadAction(ReadOnlySpan<byte> line, int number, WriteOperation operation)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw ApiException.IllegalArgument($"Malformed action/metadata line [{number}], expected START_OBJECT but found [{Token(json.TokenType)}]");
            }

            json.Read();
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                throw ApiException.IllegalArgument($"Malformed action/metadata line [{number}], expected FIELD_NAME but found [{Token(json.TokenType)}]");
            }

            var action = json.GetString()!;
            operation = operation with
            {
                Kind = action switch
                {
                    "index" => WriteKind.Index,
                    "create" => WriteKind.Create,
                    "delete" => WriteKind.Delete,
                    "update" => WriteKind.Update,
                    _ => throw ApiException.IllegalArgument($"Malformed action/metadata line [{number}], expected one of [create, delete, index, update] but found [{action}]"),
                },
            };
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw ApiException.IllegalArgument($"Malformed action/metadata line [{number}], expected START_OBJECT or END_OBJECT but found [{Token(json.TokenType)}]");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                operation = WithMember(ref json, operation, number);
            }

            return operation;
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "json_parse_exception", e.Message);
        }
    }

    private static WriteOperation WithMember(ref Utf8JsonReader json, WriteOperation operation, int number)
    {
        var name = json.GetString()!;
        json.Read();
        if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            throw ApiException.IllegalArgument($"Malformed action/metadata line [{number}], expected a simple value for field [{name}] but found [{Token(json.TokenType)}]");
        }

        var isText = json.TokenType == JsonTokenType.String;
        var text = json.TokenType == JsonTokenType.Null ? null : isText ? json.GetString() : System.Text.Encoding.UTF8.GetString(json.ValueSpan);
        return name switch
        {
            "_index" => operation with { Index = text ?? operation.Index },
            "_id" => operation with { Id = text },
            "routing" => operation with { Routing = text },
            "op_type" => operation with { Kind = text == "create" ? WriteKind.Create : operation.Kind },
            "version" => operation with { Version = Number(text, name) },
            "version_type" => operation with { VersionType = ReadVersionType(text ?? "internal") },
            "if_seq_no" => operation with { IfSequenceNumber = Number(text, name) },
            "if_primary_term" => operation with { IfPrimaryTerm = Number(text, name) },
            "require_alias" => operation with { RequiresAlias = text == "true" },

            // A sandbox has no concurrent writers to retry for.
            "retry_on_conflict" => operation,
            "pipeline" => operation with { Pipeline = text },
            _ => throw ApiException.IllegalArgument($"Action/metadata line [{number}] contains an unknown parameter [{name}]"),
        };
    }

    private static long? Number(string? text, string name) => text is null ? null
        : long.TryParse(text, out var number) ? number
        : throw ApiException.IllegalArgument($"Failed to parse {name} [{text}]");

    private static string Token(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "START_OBJECT",
        JsonTokenType.EndObject => "END_OBJECT",
        JsonTokenType.StartArray => "START_ARRAY",
        JsonTokenType.String => "VALUE_STRING",
        JsonTokenType.Number => "VALUE_NUMBER",
        JsonTokenType.True or JsonTokenType.False => "VALUE_BOOLEAN",
        JsonTokenType.Null => "VALUE_NULL",
        _ => "null",
    };
}
