using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portage.Sandbox.Http;

/// <summary>A request whose route is known: path parts decoded, parameters checked against what the route takes, body whole.</summary>
internal sealed class ApiRequest(
    string method,
    IReadOnlyDictionary<string, string> path,
    IReadOnlyDictionary<string, string> parameters,
    ReadOnlyMemory<byte> body)
{
    // Depth as the real server's parser (Jackson's limit, OpenSearch 2.19).
    private static readonly JsonDocumentOptions DomOptions = new() { MaxDepth = 1_000, AllowDuplicateProperties = false };

    public string Method => method;

    public ReadOnlyMemory<byte> Body => body;

    public bool HasBody => !body.IsEmpty;

    /// <summary>A part of the path, null where this route has none.</summary>
    public string? Path(string name) => path.GetValueOrDefault(name);

    public string RequiredPath(string name) => path[name];

    public string? Parameter(string name) => parameters.GetValueOrDefault(name);

    /// <summary>A boolean parameter; present without a value means true.</summary>
    /// <exception cref="ApiException">The value is neither true nor false.</exception>
    public bool Flag(string name, bool otherwise = false) => Parameter(name) switch
    {
        null => otherwise,
        "" or "true" => true,
        "false" => false,
        var other => throw ApiException.IllegalArgument($"Failed to parse value [{other}] as only [true] or [false] are allowed."),
    };

    public long? Number(string name)
    {
        var text = Parameter(name);
        return text is null ? null
            : long.TryParse(text, out var number) ? number
            : throw ApiException.IllegalArgument($"Failed to parse {(name == "version" || name == "if_seq_no" ? "long" : "int")} parameter [{name}] with value [{text}]", new ApiException(400, "number_format_exception", $"For input string: \"{text}\""));
    }

    /// <summary>The body as an object; null where there is no body.</summary>
    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public JsonObject? JsonBody()
    {
        if (body.IsEmpty)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(body.Span, documentOptions: DomOptions) as JsonObject ?? throw new JsonException("The body is not an object.");
        }
        catch (JsonException e)
        {
            throw new ApiException(400, "json_parse_exception", e.Message);
        }
    }

    /// <summary>The body of the APIs that read it as a map before they look at it, which shows in their errors.</summary>
    /// <exception cref="ApiException">The body is not a JSON object.</exception>
    public JsonObject? MapBody()
    {
        try
        {
            return JsonBody();
        }
        catch (ApiException e)
        {
            throw new ApiException(400, "parse_exception", "Failed to parse content to map", e);
        }
    }

    /// <exception cref="ApiException">There is no body, or it is not a JSON object.</exception>
    public JsonObject RequiredJsonBody() => JsonBody() ?? throw BodyIsMissing();

    /// <exception cref="ApiException">There is no body, or it is not a JSON object.</exception>
    public JsonObject RequiredMapBody() => MapBody() ?? throw BodyIsMissing();

    private static ApiException BodyIsMissing() => new(400, "parse_exception", "request body is required");
}
