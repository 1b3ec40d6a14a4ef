using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Settings that are not sent, or not as they were. Each rule is pure but for the draft that it rewrites.</summary>
internal static class SettingRules
{
    // What servers write beside an index by themselves: never meant, so never missed.
    private static readonly string[] Generated =
    [
        "index.creation_date", "index.creation_date_string", "index.uuid", "index.provided_name", "index.history_uuid", "index.history.uuid", "index.verified_before_close",
        "index.allocation.existing_shards_allocator", "index.search.throttled", "index.frozen", "index.replication.type", "index.shadow_replicas", "index.source_only",
    ];

    private static readonly string[] GeneratedGroups =
        ["index.version.", "index.resize.", "index.shrink.", "index.routing.allocation.initial_recovery.", "index.context."];

    // Targets of Elasticsearch 7 and OpenSearch refuse these, or know nothing of them (tried on OpenSearch 2.19.1).
    private static readonly FrozenDictionary<string, string> Removed = new Dictionary<string, string>
    {
        ["index.mapper.dynamic"] = "removed in 7.0",
        ["index.mapping.single_type"] = "removed in 7.0",
        ["index.optimize_auto_generated_id"] = "removed in 7.0",
        ["index.queries.cache.everything"] = "removed in 7.0",
        ["index.ttl.disable_purge"] = "removed in 7.0",
        ["index.translog.flush_threshold_ops"] = "removed in 5.0",
        ["index.merge.policy.use_compound_file"] = "removed in 5.0",
        ["index.percolator.map_unmapped_fields_as_string"] = "removed in 7.0",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Their members have names of the user's own, so that a target cannot list them.
    private static readonly string[] OpenGroups = ["index.analysis.", "index.similarity."];

    public static void LeaveOutGenerated(Draft draft)
    {
        foreach (var name in draft.Settings.Keys.Where(IsGenerated).ToArray())
        {
            draft.Settings.Remove(name);
        }
    }

    /// <summary>True for what a server writes by itself, and refuses when it is sent.</summary>
    public static bool IsGenerated(string name) => Generated.Contains(name) || BeginsWithAny(name, GeneratedGroups);

    public static void DropRemoved(Draft draft)
    {
        foreach (var name in draft.Settings.Keys.Where(Removed.ContainsKey).ToArray())
        {
            draft.DropSetting(name, Removed[name]);
        }

        // Documents are sent without asking for _all, and there is no such field.
        if (draft.Setting("index.query.default_field") is "_all" or "[_all]")
        {
            draft.DropSetting("index.query.default_field", "there is no _all; all fields are asked");
        }
    }

    public static void DropSoftDeletesOff(Draft draft)
    {
        const string Name = "index.soft_deletes.enabled";
        if (draft.Target.Can.InsistsOnSoftDeletes && draft.Setting(Name) == "false")
        {
            draft.DropSetting(Name, "soft deletes are always on");
        }
    }

    /// <summary>Shards that wait for nodes of another cluster would wait for ever.</summary>
    public static void DropAllocation(Draft draft)
    {
        string[] groups = ["index.routing.allocation.include.", "index.routing.allocation.exclude.", "index.routing.allocation.require."];
        foreach (var name in draft.Settings.Keys.Where(name => BeginsWithAny(name, groups)).ToArray())
        {
            // Elasticsearch 7.10 and later write this one by themselves.
            if (name == "index.routing.allocation.include._tier_preference" && draft.Setting(name) is "data_content")
            {
                draft.Settings.Remove(name);
            }
            else
            {
                draft.DropSetting(name, "it names nodes of the source");
            }
        }
    }

    /// <summary>An index that was closed to writes at the source must be open to them while it is filled.</summary>
    public static void DropBlocks(Draft draft)
    {
        foreach (var name in draft.Settings.Keys.Where(name => name.StartsWith("index.blocks.", StringComparison.Ordinal)).ToArray())
        {
            if (draft.Setting(name) == "true")
            {
                draft.DropSetting(name, "it would keep documents out; set it again when they are there");
            }
            else
            {
                draft.Settings.Remove(name);
            }
        }
    }

    public static void DropLifecycle(Draft draft)
    {
        if (!draft.Target.Can.HasIndexLifecycle)
        {
            foreach (var name in draft.Settings.Keys.Where(name => name.StartsWith("index.lifecycle.", StringComparison.Ordinal)).ToArray())
            {
                draft.DropSetting(name, "index lifecycle management is Elasticsearch's own");
            }
        }
    }

    /// <summary>What is left and unknown to the target would make it refuse the whole index.</summary>
    public static void DropUnknown(Draft draft)
    {
        if (draft.Target.Defaults.Count > 0)
        {
            foreach (var name in draft.Settings.Keys.Where(name => !draft.Target.Defaults.ContainsKey(name) && !BeginsWithAny(name, OpenGroups)).ToArray())
            {
                draft.DropSetting(name, "the target does not know it");
            }
        }
    }

    /// <summary>A value that the target refuses would make it refuse the whole index, for a setting that only tunes it.</summary>
    public static void DropRefused(Draft draft)
    {
        foreach (var (name, value) in draft.Settings.Select(setting => (setting.Key, FlatSettings.Text(setting.Value))).ToArray())
        {
            if (!draft.Target.Refused.TryGetValue((name, value), out var why))
            {
                continue;
            }

            if (name == CodecRules.Setting)
            {
                CodecRules.Replace(draft, value);
            }
            else
            {
                draft.DropSetting(name, $"the target refuses that: {why}");
            }
        }
    }

    /// <summary>Sets the replicas that the configuration asks for.</summary>
    public static void SetReplicas(Draft draft, int? replicas)
    {
        const string Count = "index.number_of_replicas";
        const string Auto = "index.auto_expand_replicas";
        const string Wait = "index.write.wait_for_active_shards";
        if (replicas is null)
        {
            return;
        }

        var wanted = replicas.Value.ToString(provider: null);
        if (draft.Setting(Auto) is { } auto and not "false")
        {
            draft.Change($"setting {Auto}: {auto} → {wanted} replicas, as configured");
        }
        else if (draft.Setting(Count) is var had && had != wanted)
        {
            draft.Change($"setting {Count}: {had ?? "not set"} → {wanted}, as configured");
        }

        draft.Settings.Remove(Auto);
        draft.Settings[Count] = JsonValue.Create(wanted)!;

        // No target takes an index that waits for more copies than it has.
        if (int.TryParse(draft.Setting(Wait), NumberStyles.None, CultureInfo.InvariantCulture, out var waits) && waits > replicas + 1)
        {
            var copies = (replicas.Value + 1).ToString(CultureInfo.InvariantCulture);
            draft.Change($"setting {Wait}: {waits} → {copies}, as there are no more copies");
            draft.Settings[Wait] = JsonValue.Create(copies)!;
        }
    }

    private static bool BeginsWithAny(string name, string[] prefixes) => prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
