using System.Globalization;
using Portage.Lucene;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Shards;

/// <summary>How large the versions of a shard's documents are, beside the number of its changes.</summary>
/// <param name="Changes">How many changes the shard has seen at most; null where the snapshot does not say (Elasticsearch up to 5).</param>
/// <param name="AtLeast">The largest version is this or more; 0 where nothing is known. Deleted documents count.</param>
/// <remarks>A version that a server counts by itself grows by one with each change of its document, so that none is larger than the number of changes.</remarks>
public sealed record ShardVersions(long? Changes, long AtLeast)
{
    /// <summary>True where a version was given from outside, which is certain; others may have been as well.</summary>
    public bool AreExternal => Changes is { } changes && AtLeast > changes;

    /// <summary>Reads two small files of each segment, and no documents.</summary>
    /// <exception cref="Repositories.RepositoryException">A blob is missing, corrupt or of a format that cannot be read.</exception>
    public static async ValueTask<ShardVersions> ReadAsync(ShardSnapshot shard, CancellationToken cancellationToken)
    {
        try
        {
            var lucene = await LuceneIndex.OpenAsync(shard.Directory, cancellationToken);
            if (ChangesOf(shard.Index.VersionCreated, lucene.UserData) is not { } changes)
            {
                return new(null, 0);
            }

            var atLeast = 0L;
            foreach (var segment in lucene.Segments)
            {
                atLeast = Math.Max(atLeast, (await segment.ReadNumericRangeAsync("_version", cancellationToken))?.AtLeast ?? 0);
            }

            return new(changes, atLeast);
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, shard);
        }
    }

    /// <summary>Changes are numbered from 0; of an index of Elasticsearch 5 only those since are.</summary>
    internal static long? ChangesOf(SourceVersion created, IReadOnlyDictionary<string, string> commit) =>
        created is not { IsOpenSearch: false, Major: < 6 } && commit.TryGetValue("max_seq_no", out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var last)
            ? last + 1
            : null;
}
