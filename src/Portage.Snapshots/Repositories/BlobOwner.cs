namespace Portage.Snapshots.Repositories;

/// <summary>Says in a failure whose blob it is about.</summary>
internal static class BlobOwner
{
    public static string Of(string index, int shard) => $"shard {shard} of index '{index}'";

    public static string Of(string index) => $"index '{index}'";

    /// <summary>The failure, with its owner where it has none yet and does not name one itself.</summary>
    public static RepositoryException Name(RepositoryException failure, string owner)
    {
        if (failure is not (IndexNotFoundException or ShardMissingException or SnapshotNotFoundException or SnapshotUnfinishedException))
        {
            failure.Owner ??= owner;
        }

        return failure;
    }

    /// <summary>Does something about the blobs of an index or a shard.</summary>
    public static async ValueTask<T> NamedAsync<T>(string owner, Func<ValueTask<T>> work)
    {
        try
        {
            return await work();
        }
        catch (RepositoryException failure)
        {
            Name(failure, owner);
            throw;
        }
    }
}
