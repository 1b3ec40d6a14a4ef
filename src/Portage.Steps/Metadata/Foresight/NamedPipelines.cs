using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Foresight;

/// <summary>Ingest pipelines that indices and templates name, and that the target does not have: it refuses then whatever clients write there.</summary>
internal sealed class NamedPipelines(ClusterClient client, SliceOnTarget on)
{
    private const int CommandMax = 600;
    private static readonly string[] Settings = ["index.default_pipeline", "index.final_pipeline"];

    /// <summary>A line for each pipeline that lacks.</summary>
    /// <param name="known">Those of the source, by name, as far as the snapshot has them.</param>
    public async Task<ImmutableArray<Foreseen>> LackingAsync(IEnumerable<MetadataObject> wanted, IReadOnlyDictionary<string, JsonElement> known, CancellationToken cancellationToken)
    {
        var named = (from one in wanted
                     where one.Name.Kind != ObjectKind.Alias
                     let settings = FlatSettings.Of((one.Definition["settings"] ?? one.Definition["template"]?["settings"]) as JsonObject)
                     from setting in Settings
                     where settings.ContainsKey(setting)
                     select (Setting: setting, Name: FlatSettings.Text(settings[setting]), By: one.Name.ToString()))
            .Where(one => one.Name is not ("" or "_none"))
            .ToLookup(one => one.Name, StringComparer.Ordinal);
        if (named.Count == 0)
        {
            return [];
        }

        var there = await new ClusterPipelines(client).FindNamesAsync(cancellationToken);
        return
        [
            .. from pipeline in named.OrderBy(pipeline => pipeline.Key, StringComparer.Ordinal)
               where there?.Contains(pipeline.Key) != true
               let users = $"{Shortened([.. pipeline.Select(one => one.By).Distinct()])} ({string.Join(", ", pipeline.Select(one => one.Setting).Distinct().Order(StringComparer.Ordinal))})"
               select new Foreseen(ForeseenKind.Lacking, 1, there is null
                   ? $"perhaps pipeline {pipeline.Key} of {users}: the target does not say which ones it has"
                   : $"pipeline {pipeline.Key} of {users}: the target has none of that name, and refuses then what clients write there{CommandOf(pipeline.Key, known)}"),
        ];
    }

    private string CommandOf(string pipeline, IReadOnlyDictionary<string, JsonElement> known)
    {
        if (!known.TryGetValue(pipeline, out var definition))
        {
            return "; the snapshot does not have it either";
        }

        var path = $"workflow cluster curl {on.TargetName} PUT /_ingest/pipeline/{Uri.EscapeDataString(pipeline)} -d";
        var text = SliceCommands.Quoted(JsonNode.Parse(definition.GetRawText())!);
        return text.Length > CommandMax ? $"; create it there: {path} with what the snapshot's state has" : $"; create it there: {path} {text}";
    }

    private static string Shortened(string[] names) => $"{string.Join(", ", names.Take(5))}{(names.Length > 5 ? $" and {names.Length - 5:N0} more" : "")}";
}
