using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary>Settings, mapping and aliases as a client or a template gives them.</summary>
internal sealed record IndexDefinition(
    IReadOnlyList<KeyValuePair<string, JsonNode?>> Settings,
    JsonObject Mapping,
    IReadOnlyList<KeyValuePair<string, AliasDefinition>> Aliases)
{
    public static IndexDefinition Empty { get; } = new([], [], []);

    /// <exception cref="ApiException">There is a member that does not belong.</exception>
    public static IndexDefinition Read(JsonObject? body)
    {
        foreach (var (name, _) in body ?? [])
        {
            if (name is not ("settings" or "mappings" or "aliases"))
            {
                throw new ApiException(400, "parse_exception", $"unknown key [{name}] for create index");
            }
        }

        return new(
            body?["settings"] is JsonObject settings ? IndexSettings.Flatten(settings) : [],
            body?["mappings"] as JsonObject ?? [],
            [.. (body?["aliases"] as JsonObject ?? []).Select(alias => KeyValuePair.Create(alias.Key, AliasDefinition.Read(alias.Value as JsonObject)))]);
    }
}
