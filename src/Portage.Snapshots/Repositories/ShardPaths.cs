using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// Where the folders of shards lie. OpenSearch 2.17 and later may spread them over a bucket by a hash (<c>shard_path_type</c> of the
/// repository, noted in its root for each index); metadata of snapshots and indices stays where it always was.
/// </summary>
/// <remarks>
/// <code>
/// 0 fixed          BASE/indices/ID/N
/// 1 hashed_prefix  HASH/BASE/indices/ID/N    outside of the repository's own path, where that has one
/// 2 hashed_infix   BASE/HASH/indices/ID/N
/// HASH: FNV-1a of 64 bits over N and ID ("0" + "T30b…"), written
///   algorithm 0  in base64 (URL alphabet, no padding) of its 8 bytes, big-endian
///   algorithm 1  the highest 6 bits in base64, then the next 14 as 0 and 1
/// </code>
/// Which algorithm stands at the end of the name of a blob <c>snapshot_shard_paths/snapshot_path_ID.INDEX.SHARDS.TYPE.ALGORITHM</c>; where
/// that is gone, it is 1, the default since there is a choice.
/// </remarks>
internal sealed class ShardPaths(IBlobStore store)
{
    /// <summary>What all other versions do.</summary>
    public const int Fixed = 0;

    private const int HashedPrefix = 1;
    private const int HashedInfix = 2;
    private const string NamesFolder = "snapshot_shard_paths";
    private const int Base64Algorithm = 0;
    private const int CompositeAlgorithm = 1;
    private IReadOnlyList<string>? _names;

    /// <summary>The folder of a shard, and the store that it is in.</summary>
    public async ValueTask<(IBlobStore Store, string Folder)> FindAsync(IndexRoot index, int shard, CancellationToken cancellationToken)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"indices/{index.Id}/{shard}");
        if (index.ShardPathType == Fixed)
        {
            return (store, folder);
        }

        if (index.ShardPathType > HashedInfix)
        {
            throw new UnsupportedRepositoryException($"OpenSearch shard paths of type {index.ShardPathType}", folder);
        }

        var hash = Hash(index.Id, shard, await FindAlgorithmAsync(index, cancellationToken));
        return index.ShardPathType == HashedPrefix && store.Bucket is { } bucket
            ? (bucket.Store, $"{hash}/{bucket.BasePath}/{folder}")
            : (store, $"{hash}/{folder}");
    }

    internal static string Hash(string indexId, int shard, int algorithm)
    {
        const ulong Offset = 0xCBF29CE484222325;
        const ulong Prime = 0x100000001B3;
        var hash = Offset;
        foreach (var letter in Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{shard}{indexId}")))
        {
            hash = unchecked((hash ^ letter) * Prime);
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, hash);
        var text = Base64Url.EncodeToString(bytes);
        return algorithm == Base64Algorithm ? text : $"{text[0]}{(hash >> 44) & 0x3FFF:b14}";
    }

    private async ValueTask<int> FindAlgorithmAsync(IndexRoot index, CancellationToken cancellationToken)
    {
        if (!store.CanList)
        {
            // Nobody can tell which there are; this is what a server takes where nobody says otherwise.
            return CompositeAlgorithm;
        }

        // Twice at worst, where two shards are opened at once.
        _names ??= [.. (await store.ListAsync(NamesFolder, cancellationToken)).Select(entry => entry.Name)];
        var name = _names.FirstOrDefault(name => name.StartsWith($"snapshot_path_{index.Id}.", StringComparison.Ordinal));
        return name is null ? CompositeAlgorithm
            : name[(name.LastIndexOf('.') + 1)..] switch
            {
                "0" => Base64Algorithm,
                "1" => CompositeAlgorithm,
                var other => throw new UnsupportedRepositoryException($"OpenSearch shard paths by the hash algorithm '{other}'", $"{NamesFolder}/{name}"),
            };
    }
}
