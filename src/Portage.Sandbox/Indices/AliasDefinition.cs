using System.Text.Json.Nodes;

namespace Portage.Sandbox.Indices;

/// <summary>What an alias says about one index.</summary>
/// <param name="Filter">A query that narrows what searches see through the alias. Read only.</param>
internal sealed record AliasDefinition(JsonObject? Filter, string? IndexRouting, string? SearchRouting, bool? IsWriteIndex, bool? IsHidden)
{
    /// <summary>Reads the members of an alias; those that are unknown are passed over, as on the real server.</summary>
    public static AliasDefinition Read(JsonObject? json)
    {
        var routing = json?["routing"]?.ToString();
        return new(
            json?["filter"] as JsonObject,
            (json?["index_routing"] ?? json?["indexRouting"] ?? json?["index-routing"])?.ToString() ?? routing,
            (json?["search_routing"] ?? json?["searchRouting"] ?? json?["search-routing"])?.ToString() ?? routing,
            Flag(json?["is_write_index"]),
            Flag(json?["is_hidden"]));
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Filter is not null)
        {
            json["filter"] = Filter.DeepClone();
        }

        if (IndexRouting is not null)
        {
            json["index_routing"] = IndexRouting;
        }

        if (SearchRouting is not null)
        {
            json["search_routing"] = SearchRouting;
        }

        if (IsWriteIndex is { } isWriteIndex)
        {
            json["is_write_index"] = isWriteIndex;
        }

        if (IsHidden is { } isHidden)
        {
            json["is_hidden"] = isHidden;
        }

        return json;
    }

    private static bool? Flag(JsonNode? node) => node is null ? null : node.ToString() == "true";
}
