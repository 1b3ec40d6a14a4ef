using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>Reads metadata blobs whole: envelope, checksum, compression and SMILE undone.</summary>
internal sealed class MetadataBlobs(IBlobStore store)
{
    public IBlobStore Store => store;

    /// <summary>Where the folders of shards are.</summary>
    public ShardPaths ShardPaths { get; } = new(store);

    /// <param name="codec">The name in the blob's header; null for a blob without envelope and checksum (Elasticsearch 1.x).</param>
    public async ValueTask<BlobJson> ReadAsync(string path, string? codec, CancellationToken cancellationToken)
    {
        var blob = await store.ReadWholeAsync(path, MetadataBody.BytesMax, cancellationToken);
        var json = MetadataBody.ToJson(codec is null ? blob : CodecEnvelope.Open(blob, path, codec), path);
        return BlobJson.Parse(json.Span, path);
    }
}
