using Portage.Lucene;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Shards;

/// <summary>Turns what the Lucene reader throws about a file into what is wrong with a blob of the repository.</summary>
internal static class LuceneFailure
{
    public static bool Is(Exception failure) => failure is CorruptIndexException or UnsupportedFormatException or FileNotFoundException or EndOfStreamException;

    public static RepositoryException Translate(Exception failure, ShardSnapshot shard) => failure switch
    {
        CorruptIndexException corrupt => new CorruptBlobException(shard.BlobOf(corrupt.File, corrupt.Position), $"{corrupt.Expected} in '{corrupt.File}'", corrupt.Found, corrupt),
        UnsupportedFormatException unsupported => new UnsupportedRepositoryException($"The Lucene format '{unsupported.Format}'", shard.BlobOf(unsupported.File, 0), unsupported),
        _ => new CorruptBlobException(shard.ListBlob, "the files of a whole Lucene index", failure.Message, failure),
    };
}
