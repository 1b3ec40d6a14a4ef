using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>Reads metadata blobs whole: envelope, checksum, compression and SMILE undone.</summary>
internal sealed class MetadataBlobs(IBlobStore store)
{
    public IBlobStore Store => store;

    /// <param name="codec">The name in the blob's header.</param>
    public async ValueTask<BlobJson> ReadAsync(string path, string codec, CancellationToken cancellationToken)
    {
        var blob = await store.ReadWholeAsync(path, MetadataBody.BytesMax, cancellationToken);
        var json = MetadataBody.ToJson(CodecEnvelope.Open(blob, path, codec), path);
        return BlobJson.Parse(json.Span, path);
    }
}
