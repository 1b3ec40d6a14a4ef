using System.Text.Json.Nodes;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Sources that Elasticsearch puts together when they are asked for. OpenSearch refuses what says so: it stores them.</summary>
internal static class SyntheticRules
{
    private const string Derived = "index.derived_source.enabled";
    private const string IgnoreMalformed = "index.mapping.ignore_malformed";

    // Of Elasticsearch's indices for logs and time series; they mean nothing elsewhere.
    private static readonly string[] Settings =
        ["index.mode", "index.routing_path", "index.time_series.start_time", "index.time_series.end_time", "index.mapping.source.mode", "index.mapping.synthetic_source_keep", "index.recovery.use_synthetic_source"];

    /// <summary>Leaves out the settings that say how a source is put together.</summary>
    public static void DropSettings(Draft draft)
    {
        // Indices for logs take values that do not fit their fields, without any setting that says so.
        if (!draft.Target.Can.HasSyntheticSource && draft.Setting("index.mode") == "logsdb" && draft.Setting(IgnoreMalformed) is null)
        {
            draft.Change($"setting {IgnoreMalformed}: true by index.mode logsdb → set");
            draft.Settings[IgnoreMalformed] = JsonValue.Create("true")!;
        }

        foreach (var name in draft.Target.Can.HasSyntheticSource ? [] : Settings.Where(name => draft.Setting(name) is not (null or "standard")))
        {
            draft.DropSetting(name, "Elasticsearch's own; the target stores sources, and has no such indices");
        }
    }

    /// <summary>OpenSearch's own sources that are put together, for a target that stores them.</summary>
    public static void DropDerived(Draft draft)
    {
        if (!draft.Target.Can.HasDerivedSource && draft.Setting(Derived) is not null)
        {
            draft.DropSetting(Derived, "the target stores sources");
        }
    }

    /// <summary>Leaves out of the mapping what says so.</summary>
    public static void DropFromMapping(Draft draft)
    {
        if (draft.Target.Can.HasSyntheticSource)
        {
            return;
        }

        if (draft.Mapping["_source"] is JsonObject source && source.Remove("mode", out var mode))
        {
            draft.Change($"_source: mode {mode} → stored");
            if (source.Count == 0)
            {
                draft.Mapping.Remove("_source");
            }
        }

        draft.Mapping.Remove("_data_stream_timestamp");
        var keep = MappedField.AllOf(draft.Mapping).Where(field => field.Json.Remove("synthetic_source_keep")).Select(field => field.Label).ToArray();
        if (keep.Length > 0)
        {
            draft.Drop($"synthetic_source_keep of {string.Join(", ", keep)} (sources are stored as they are sent)");
        }
    }

    /// <summary>Says what documents come with sources that are not stored.</summary>
    public static Finding? Say(SourceStorage storage) => storage.Coverage == SourceCoverage.Rebuilt
        ? new(FindingKind.Changed, $"sources: put together at the source ({storage.Reason}) → sent as the source shows them, and stored")
        : null;
}
