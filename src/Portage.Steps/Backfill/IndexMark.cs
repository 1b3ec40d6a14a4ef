using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Validation;

namespace Portage.Steps.Backfill;

/// <summary>How a target index was at one moment: what a later look is compared with, to know whether somebody else wrote.</summary>
/// <param name="Uuid">The index itself; null where there was none, or where the target does not tell.</param>
/// <param name="Documents">How many documents it had.</param>
/// <param name="Shards">The highest sequence number of each shard; null where the target does not tell.</param>
internal sealed record IndexMark(string? Uuid, long Documents, ImmutableSortedDictionary<int, long>? Shards)
{
    /// <summary>There was no such index.</summary>
    public static IndexMark Nothing { get; } = new(null, 0, ImmutableSortedDictionary<int, long>.Empty);

    /// <summary>Bytes on disk; not kept.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long? Bytes { get; init; }

    /// <summary>Writes and deletes that it has taken since it was made; null when that cannot be told.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long? Operations => Shards?.Values.Sum(number => number + 1);

    /// <summary>True when it is the same index, and nobody has written into it in between; false where that cannot be told.</summary>
    public bool IsUnchangedSince(IndexMark? then) =>
        then is not null && Uuid is not null && Uuid == then.Uuid && Documents == then.Documents && Operations is { } operations && operations == then.Operations;

    /// <summary>How an index is now.</summary>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<IndexMark> OfAsync(ClusterClient client, string index, CancellationToken cancellationToken)
    {
        var documents = new ClusterDocuments(client);
        if (!await new ClusterMetadata(client).IndexExistsAsync(index, cancellationToken))
        {
            return Nothing;
        }

        // Sequence numbers first: what is written in between is counted as somebody else's, never as ours.
        await documents.RefreshAsync(index, cancellationToken);
        var figures = await FiguresAsync(documents, index, cancellationToken);
        return new(figures?.Uuid, await documents.CountAsync(index, cancellationToken), figures?.SequenceNumbers) { Bytes = figures?.Bytes };
    }

    private static async Task<IndexFigures?> FiguresAsync(ClusterDocuments documents, string index, CancellationToken cancellationToken)
    {
        try
        {
            return await documents.FindFiguresAsync(index, cancellationToken);
        }
        catch (Exception e) when (e is ClusterUnauthorizedException or ClusterProtocolException)
        {
            // A user who may write need not be one who may look at statistics.
            return null;
        }
    }
}
