using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Metadata;

/// <summary>The state of the cluster, without its indices, that a snapshot holds.</summary>
public sealed class GlobalMetadata
{
    private GlobalMetadata()
    {
    }

    /// <summary>Everything, as it stands: also what this reader gives no name to.</summary>
    public required JsonElement Json { get; init; }

    /// <summary>Templates of the first kind (<c>_template</c>), by name.</summary>
    public required IReadOnlyDictionary<string, LegacyTemplate> LegacyTemplates { get; init; }

    /// <summary>Component templates (<c>_component_template</c>, since 7.8), by name.</summary>
    public required IReadOnlyDictionary<string, ComposableTemplate> ComponentTemplates { get; init; }

    /// <summary>Index templates (<c>_index_template</c>, since 7.8), by name.</summary>
    public required IReadOnlyDictionary<string, ComposableTemplate> IndexTemplates { get; init; }

    /// <summary>Data streams (since 7.9), by name, as they stand.</summary>
    public required IReadOnlyDictionary<string, JsonElement> DataStreams { get; init; }

    /// <summary>Ingest pipelines (since 5.0), by id: what <c>PUT _ingest/pipeline/{id}</c> takes.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Pipelines { get; init; }

    internal static GlobalMetadata Parse(BlobJson json) => new()
    {
        Json = json.Value,
        LegacyTemplates = ByName(json.Find("templates"), LegacyTemplate.Parse),
        // Each custom part of the state wraps what it holds in a member of its own name once more.
        ComponentTemplates = ByName(json.Find("component_template")?.Find("component_template"), ComposableTemplate.Parse),
        IndexTemplates = ByName(json.Find("index_template")?.Find("index_template"), ComposableTemplate.Parse),
        DataStreams = ByName(json.Find("data_stream")?.Find("data_stream"), (_, stream) => stream.Value),
        Pipelines = ParsePipelines(json.Find("ingest")?.Find("pipeline")),
    };

    private static Dictionary<string, T> ByName<T>(BlobJson? json, Func<string, BlobJson, T> parse) => json is { } members
        ? members.Members().DistinctBy(member => member.Name).ToDictionary(member => member.Name, member => parse(member.Name, member.Value), StringComparer.Ordinal)
        : [];

    private static Dictionary<string, JsonElement> ParsePipelines(BlobJson? json) => json is { } pipelines
        ? pipelines.Elements().Select(pipeline => (Id: pipeline.Member("id").Text(), Config: pipeline.Member("config").Value))
            .DistinctBy(pipeline => pipeline.Id).ToDictionary(pipeline => pipeline.Id, pipeline => pipeline.Config, StringComparer.Ordinal)
        : [];
}
