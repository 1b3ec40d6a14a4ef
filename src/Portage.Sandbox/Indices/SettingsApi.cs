using System.Text.Json.Nodes;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Indices;

/// <summary><c>_settings</c>.</summary>
internal sealed class SettingsApi(ClusterState cluster)
{
    private const string ReadParameters = IndexReading.Parameters + " flat_settings include_defaults";

    public IEnumerable<Route> Routes =>
    [
        new("GET", "/_settings", ReadParameters, Show),
        new("GET", "/{index}/_settings", ReadParameters, Show),
        new("GET", "/_settings/{names}", ReadParameters, Show),
        new("GET", "/{index}/_settings/{names}", ReadParameters, Show),
        new("PUT", "/_settings", IndexReading.Parameters + " preserve_existing flat_settings", Put),
        new("PUT", "/{index}/_settings", IndexReading.Parameters + " preserve_existing flat_settings", Put),
    ];

    private ApiReply Show(ApiRequest request)
    {
        var isFlat = request.Flag("flat_settings");
        var names = request.Path("names")?.Split(',');
        var indices = cluster.Expressions.Resolve(request);
        return ApiReply.Json(200, json => new JsonObject(indices.Select(found => KeyValuePair.Create<string, JsonNode?>(
            found.Index.Name, new JsonObject { ["settings"] = Selected(found.Index.Settings, names).ToJson(isFlat) }))).WriteTo(json));
    }

    private ApiReply Put(ApiRequest request)
    {
        var body = request.RequiredMapBody();
        var settings = IndexSettings.Flatten(body["settings"] as JsonObject ?? body);
        var keepsExisting = request.Flag("preserve_existing");
        if (settings.Count == 0)
        {
            throw ApiException.Validation("no settings to update");
        }

        var indices = cluster.Expressions.Resolve(request);
        CheckDynamic(settings, indices);
        foreach (var (index, _) in indices)
        {
            // A block must not keep itself from being lifted.
            if (!settings.All(setting => setting.Key.StartsWith("index.blocks.", StringComparison.Ordinal)))
            {
                cluster.Blocks.CheckMetadata(index);
            }
        }

        foreach (var (index, _) in indices)
        {
            index.Settings.Apply(settings.Where(setting => !keepsExisting || !index.Settings.ContainsKey(setting.Key)));
            index.Settings.TryAdd("index.number_of_replicas", "1");
            index.Settings.ExpandReplicas();
        }

        return ApiReply.Acknowledged;
    }

    private static void CheckDynamic(IReadOnlyList<KeyValuePair<string, JsonNode?>> settings, IReadOnlyList<ResolvedIndex> indices)
    {
        var unchangeable = new List<string>();
        foreach (var (name, _) in settings)
        {
            var known = KnownSettings.Find(name) ?? throw IndexSettings.Unknown(name);
            if (known.Use is SettingUse.Private or SettingUse.Internal)
            {
                throw ApiException.IllegalArgument(known.Use == SettingUse.Private
                    ? $"can not update private setting [{name}]; this setting is managed by OpenSearch"
                    : $"can not update internal setting [{name}]; this setting is managed via a dedicated API");
            }

            if (known.Use == SettingUse.Static)
            {
                unchangeable.Add($"[{name}]");
            }
        }

        IndexSettings.Check(settings);
        if (unchangeable.Count > 0)
        {
            var open = string.Join(", ", indices.Select(found => $"[{found.Index.Name}/{found.Index.Uuid}]"));
            throw ApiException.IllegalArgument($"Can't update non dynamic settings [{string.Join(", ", unchangeable)}] for open indices [{open}]");
        }
    }

    private static IndexSettings Selected(IndexSettings settings, string[]? names)
    {
        if (names is null || names is ["_all"] or ["*"])
        {
            return settings;
        }

        var selected = new IndexSettings();
        selected.Apply(settings.AsGiven().Where(setting => names.Any(name => IndexExpressions.Fits(name, setting.Key))));
        return selected;
    }
}
