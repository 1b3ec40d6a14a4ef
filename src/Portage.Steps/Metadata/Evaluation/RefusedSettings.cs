using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters.Failures;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Asks a target which values it refuses of settings that only tune an index: none of them is worth that an index is not moved.</summary>
/// <remarks>It is asked before anything else is tried, also of objects that are there already, so that the same is always made of the same.</remarks>
internal static class RefusedSettings
{
    // What depends on the number of shards and copies, which are others here; and what is said of all kinds of indices, and refused of none.
    private static readonly string[] NotAsked =
        ["index.number_of_replicas", "index.auto_expand_replicas", "index.number_of_routing_shards", "index.write.", "index.soft_deletes.", "index.refresh_interval", "index.hidden"];

    /// <summary>The refused ones with the target's words.</summary>
    /// <param name="wanted">Templates and indices as the other rules leave them.</param>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<ImmutableDictionary<(string Name, string Value), string>> FindAsync(ScratchSpace scratch, IEnumerable<MetadataObject> wanted, CancellationToken cancellationToken)
    {
        var refused = ImmutableDictionary.CreateBuilder<(string, string), string>();

        // Indices of a series have the same ones.
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var settings in wanted.Select(Of).Where(settings => settings.Count > 0 && asked.Add(CanonicalText.Of(FlatSettings.ToJson(settings)))))
        {
            // What is refused without any setting is refused for another reason, which the trials tell.
            if (await TryAsync(scratch, settings, cancellationToken) is null || await TryAsync(scratch, new(StringComparer.Ordinal), cancellationToken) is not null)
            {
                continue;
            }

            foreach (var (name, value) in settings.Where(one => one.Key != CodecRules.Level))
            {
                if (await TryAsync(scratch, new(StringComparer.Ordinal) { [name] = value }, cancellationToken) is { } why)
                {
                    refused[(name, FlatSettings.Text(value))] = why;
                }
            }

            // It depends on the codec; with one that is replaced it goes anyway.
            if (settings.TryGetValue(CodecRules.Level, out var level))
            {
                var pair = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal) { [CodecRules.Level] = level };
                if (settings.TryGetValue(CodecRules.Setting, out var codec))
                {
                    pair[CodecRules.Setting] = codec;
                }

                if ((codec is null || !refused.ContainsKey((CodecRules.Setting, FlatSettings.Text(codec)))) && await TryAsync(scratch, pair, cancellationToken) is { } why)
                {
                    refused[(CodecRules.Level, FlatSettings.Text(level))] = why;
                }
            }
        }

        return refused.ToImmutable();
    }

    private static SortedDictionary<string, JsonNode> Of(MetadataObject wanted)
    {
        var settings = FlatSettings.Of((wanted.Definition["settings"] ?? wanted.Definition["template"]?["settings"]) as JsonObject);
        foreach (var name in settings.Keys.Where(name => !Differences.IsTuning(name) || IsNotAsked(name, FlatSettings.Text(settings[name]))).ToArray())
        {
            settings.Remove(name);
        }

        return settings;
    }

    private static bool IsNotAsked(string name, string value) =>
        (name == CodecRules.Setting && CodecRules.IsEverywhere(value)) || NotAsked.Any(prefix => prefix.EndsWith('.') ? name.StartsWith(prefix, StringComparison.Ordinal) : name == prefix);

    private static async Task<string?> TryAsync(ScratchSpace scratch, SortedDictionary<string, JsonNode> settings, CancellationToken cancellationToken)
    {
        var name = scratch.Name("an index with nothing but settings");
        if (await Trial.CreateAsync(scratch, name, new() { ["settings"] = FlatSettings.ToJson(settings) }, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await scratch.DeleteIndexAsync(name, cancellationToken);
        return null;
    }
}
