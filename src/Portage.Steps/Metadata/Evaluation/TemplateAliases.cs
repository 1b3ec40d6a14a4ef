using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Takes away aliases that templates added to an index when it was created.</summary>
internal static class TemplateAliases
{
    /// <summary>Takes away what is on an index, is not wanted, and is an alias that some template of the target adds.</summary>
    /// <param name="there">The index as the target has it.</param>
    /// <param name="wanted">Aliases that it is to have.</param>
    /// <param name="assertLease">Called before each is taken away.</param>
    /// <exception cref="ClusterException">The target does not do as asked.</exception>
    public static async Task RemoveAsync(ClusterClient client, string index, JsonObject there, IReadOnlySet<string> wanted, Action assertLease, CancellationToken cancellationToken)
    {
        var more = (there["aliases"] as JsonObject ?? []).Select(alias => alias.Key).Where(alias => !wanted.Contains(alias)).ToArray();
        if (more.Length == 0)
        {
            return;
        }

        // After a kill the index may have been there for long: an alias that no template adds is somebody's.
        var can = new ClusterCapabilities((await client.GetInfoAsync(cancellationToken)).Version);
        var added = (await TargetState.ReadAsync(client, can, cancellationToken)).Templates.SelectMany(template => NamesIn(template.Name.Kind, template.Json)).ToHashSet(StringComparer.Ordinal);
        foreach (var alias in more.Where(added.Contains))
        {
            assertLease();
            await new ClusterMetadata(client).DeleteAliasAsync(index, alias, cancellationToken);
        }
    }

    private static IEnumerable<string> NamesIn(ObjectKind kind, JsonObject template) =>
        ((kind == ObjectKind.LegacyTemplate ? template : template["template"])?["aliases"] as JsonObject ?? []).Select(alias => alias.Key);
}
