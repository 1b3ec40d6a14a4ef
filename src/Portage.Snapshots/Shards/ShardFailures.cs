using Portage.Lucene;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Shards;

/// <summary>Turns what is thrown on the way to a shard's documents into what is wrong with a blob of the repository, and says whose blob it is.</summary>
internal static class ShardFailures
{
    public static bool Is(Exception failure) =>
        failure is CorruptIndexException or UnsupportedFormatException or FileNotFoundException or EndOfStreamException or RepositoryException { Owner: null };

    public static RepositoryException Translate(Exception failure, ShardSnapshot shard) => BlobOwner.Name(failure switch
    {
        RepositoryException named => named,
        CorruptIndexException corrupt => new CorruptBlobException(shard.BlobOf(corrupt.File, corrupt.Position), $"{corrupt.Expected} in '{corrupt.File}'", corrupt.Found, corrupt),
        UnsupportedFormatException unsupported => new UnsupportedRepositoryException($"The Lucene format '{unsupported.Format}'", shard.BlobOf(unsupported.File, 0), unsupported),
        _ => new CorruptBlobException(shard.ListBlob, "the files of a whole Lucene index", failure.Message, failure),
    }, shard.Owner);
}
