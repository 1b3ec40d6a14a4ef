using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Sandbox.Http;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Documents;

/// <summary>Which part of a source an answer shows. Whole sources are shown byte for byte.</summary>
internal sealed class SourceSelection
{
    private readonly bool _isShown;
    private readonly JsonFilter? _filter;

    private SourceSelection(bool isShown, JsonFilter? filter) => (_isShown, _filter) = (isShown, filter);

    public static SourceSelection All { get; } = new(true, null);

    public static SourceSelection None { get; } = new(false, null);

    /// <summary><c>_source</c>, <c>_source_includes</c> and <c>_source_excludes</c> of a URL; null where there is none of them.</summary>
    public static SourceSelection? FromParameters(ApiRequest request)
    {
        var source = request.Parameter("_source");
        var includes = Names(request.Parameter("_source_includes"));
        var excludes = Names(request.Parameter("_source_excludes"));
        return source switch
        {
            "false" => None,
            null when includes.Length + excludes.Length == 0 => null,
            null or "" or "true" => Of(includes, excludes),
            _ => Of([.. Names(source), .. includes], excludes),
        };
    }

    /// <summary>The <c>_source</c> of a body: a flag, a name, names, or includes and excludes.</summary>
    public static SourceSelection FromBody(JsonNode node) => node switch
    {
        JsonObject both => Of(Names(both["includes"] ?? both["include"]), Names(both["excludes"] ?? both["exclude"])),
        JsonArray => Of(Names(node), []),
        _ when node.GetValueKind() is JsonValueKind.True => All,
        _ when node.GetValueKind() is JsonValueKind.False => None,
        _ => Of(Names(node), []),
    };

    public void Write(Utf8JsonWriter json, StoredDocument document)
    {
        if (!_isShown || document.Source.IsEmpty)
        {
            return;
        }

        json.WritePropertyName("_source");
        if (_filter is null)
        {
            json.WriteRawValue(document.Source.Span, skipInputValidation: true);
            return;
        }

        using var parsed = SourceJson.Parse(document.Source);
        _filter.Write(parsed.RootElement, json);
    }

    private static SourceSelection Of(string[] includes, string[] excludes) =>
        includes.Length + excludes.Length == 0 ? All : new(true, new(includes, excludes));

    private static string[] Names(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string[] Names(JsonNode? node) => node switch
    {
        null => [],
        JsonArray items => [.. items.Select(item => item!.ToString())],
        _ => [node.ToString()],
    };
}
