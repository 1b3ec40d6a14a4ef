using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Asks a target which settings an index has there that sets none.</summary>
internal static class TargetDefaults
{
    /// <summary>Every index setting that the target knows, by its own word.</summary>
    /// <exception cref="StepException">The target takes not even one index more.</exception>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<FrozenDictionary<string, string>> ReadAsync(ClusterClient client, SliceOnTarget on, ScratchSpace scratch, CancellationToken cancellationToken)
    {
        var name = scratch.Name("an index without anything");
        try
        {
            await CreateAsync(client, name, cancellationToken);
        }
        catch (ClusterRequestException refusal) when (refusal.Reason?.Contains("shards open", StringComparison.Ordinal) == true)
        {
            throw new StepException(
                DiagnosticCatalog.TargetHasNoRoom.Error(on.TargetPath, $"The target takes not even one shard more, so nothing can be tried there: {scratch.Describe(refusal.Reason)}"),
                isTransient: false,
                refusal);
        }

        var answer = JsonNode.Parse((await client.RequestAsync(HttpMethod.Get, $"/{name}/_settings?include_defaults=true&flat_settings=true", null, cancellationToken)).Span);
        await scratch.DeleteIndexAsync(name, cancellationToken);
        var defaults = FlatSettings.Of(answer?[name]?["defaults"] as JsonObject).ToDictionary(setting => setting.Key, setting => FlatSettings.Text(setting.Value), StringComparer.Ordinal);
        if (defaults.Count > 0)
        {
            // What is set is known as well, and is not among the defaults.
            foreach (var (setting, _) in FlatSettings.Of(answer?[name]?["settings"] as JsonObject))
            {
                defaults.TryAdd(setting, "");
            }
        }

        return defaults.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>As small as it can be; a target that spreads copies over zones takes only as many as it has zones, which it makes by itself.</summary>
    private static async Task CreateAsync(ClusterClient client, string name, CancellationToken cancellationToken)
    {
        var path = $"/{name}?wait_for_active_shards=0";
        try
        {
            await client.RequestAsync(HttpMethod.Put, path, """{"settings":{"index.number_of_shards":"1","index.number_of_replicas":"0"}}"""u8.ToArray(), cancellationToken);
        }
        catch (ClusterRequestException refusal) when (refusal.Status == 400 && refusal.Reason?.Contains("shards open", StringComparison.Ordinal) != true)
        {
            await client.RequestAsync(HttpMethod.Put, path, """{"settings":{"index.number_of_shards":"1"}}"""u8.ToArray(), cancellationToken);
        }
    }
}
