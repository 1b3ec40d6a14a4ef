using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Creation;

/// <summary>
/// Looks at an index that was just created, to which templates may have added: those of the source that were created before it,
/// and the target's own. An index of a snapshot is complete; what a template adds would make it another one.
/// </summary>
internal sealed class CreatedIndex(ClusterClient client, Action assertLease)
{
    private const string Shards = "index.number_of_shards";

    // The index always says them itself; a target that expands replicas by itself has others all the same.
    private static readonly string[] Sized = [$"setting {Shards}", "setting index.number_of_replicas"];

    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>Takes away the aliases that templates added, and puts <c>dynamic</c> back; says what is different for good.</summary>
    /// <param name="index">The index as it was evaluated.</param>
    /// <param name="aliases">The names of the aliases that it is to have.</param>
    /// <returns>As <c>field host: type is keyword there, not set here</c>; which index it is; and how the target has it.</returns>
    /// <exception cref="ClusterException">The target does not do as asked.</exception>
    public async Task<(ImmutableArray<string> Added, string? Uuid, string? As)> StraightenAsync(EvaluatedObject index, IReadOnlySet<string> aliases, CancellationToken cancellationToken)
    {
        var name = index.Name.Name;
        if (await _metadata.GetIndexAsync(name, cancellationToken) is not { } found)
        {
            return ([], null, null);
        }

        var there = TargetState.Parse(found.Json);
        await TemplateAliases.RemoveAsync(client, name, there, aliases, assertLease, cancellationToken);

        var (mapping, wanted) = (there["mappings"] as JsonObject ?? [], index.Written?["mappings"] as JsonObject ?? []);
        if (mapping["dynamic"] is { } dynamic && wanted["dynamic"] is null && dynamic.ToString() != "true")
        {
            // It would refuse, or not find, documents that the source has.
            await _metadata.PutMappingAsync(name, """{"dynamic":true}"""u8.ToArray(), cancellationToken);
            mapping.Remove("dynamic");
        }

        var settings = FlatSettings.Of(there["settings"] as JsonObject);
        var form = new JsonObject
        {
            ["settings"] = new JsonObject { [Shards] = settings.GetValueOrDefault(Shards)?.DeepClone() },
            ["mappings"] = there["mappings"]?.DeepClone(),
        };
        return (
            [.. Differences.Each(ObjectKind.Index, there, index.Written ?? [], TargetFacts.None, withTuning: true).Where(one => !Sized.Contains(one.Name, StringComparer.Ordinal)).Select(Differences.Said)],
            settings.GetValueOrDefault("index.uuid") is { } uuid ? FlatSettings.Text(uuid) : null,
            CanonicalText.Of(form));
    }
}
