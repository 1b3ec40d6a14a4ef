using System.Collections.Frozen;
using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Metadata;

/// <summary>Ingest pipelines of a cluster.</summary>
public sealed class ClusterPipelines(ClusterClient client)
{
    /// <summary>The names of all pipelines; null where the cluster does not say: who may write need not be one who may ask.</summary>
    /// <exception cref="ClusterUnreachableException">There is no answer.</exception>
    public async Task<FrozenSet<string>?> FindNamesAsync(CancellationToken cancellationToken)
    {
        try
        {
            // OpenSearch answers 404 where it has none at all.
            return await client.ReadIfFoundAsync("/_ingest/pipeline", Names, cancellationToken) ?? [];
        }
        catch (Exception e) when (e is ClusterUnauthorizedException or ClusterRequestException or ClusterProtocolException)
        {
            return null;
        }
    }

    private static FrozenSet<string> Names(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.EnumerateObject().Select(pipeline => pipeline.Name).ToFrozenSet(StringComparer.Ordinal);
    }
}
