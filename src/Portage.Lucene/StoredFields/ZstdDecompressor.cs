using Portage.Lucene.Files;
using ZstdSharp;

namespace Portage.Lucene.StoredFields;

/// <summary>Chunks of Zstandard frames, which servers write with codecs of their own; their container is that of Lucene 9.</summary>
internal abstract class ZstdDecompressor : ChunkDecompressor
{
    private readonly Decompressor _frames = new();

    public override void Dispose()
    {
        _frames.Dispose();
        base.Dispose();
    }

    /// <summary>vint length of the frame, and the frame; no bytes have no frame.</summary>
    protected async ValueTask UnwrapAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
    {
        var compressed = await ReadLengthAsync(input, cancellationToken);
        await input.EnsureAsync(compressed, cancellationToken);
        if (compressed == 0 ? length != 0 : !TryUnwrap(input.Buffered[..compressed], output.Bytes.AsSpan(offset, length)))
        {
            throw Malformed(input, "Zstandard", length);
        }

        input.Advance(compressed);
    }

    protected void Use(ReadOnlySpan<byte> dictionary) => _frames.LoadDictionary(dictionary);

    private bool TryUnwrap(ReadOnlySpan<byte> frame, Span<byte> into)
    {
        try
        {
            return _frames.TryUnwrap(frame, into, out var written) && written == into.Length;
        }
        catch (ZstdException)
        {
            return false;
        }
    }

    /// <summary>Elasticsearch 8.14 and later: a frame for each slice, and nothing at all for no bytes.</summary>
    internal sealed class Whole : ZstdDecompressor
    {
        public override ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken) =>
            length == 0 ? default : UnwrapAsync(input, output, offset, length, cancellationToken);
    }

    /// <summary>OpenSearch 2.9 and later, <c>zstd_no_dict</c>: vint block length, then the blocks' frames.</summary>
    internal sealed class Blocks : ZstdDecompressor
    {
        public override async ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
        {
            var block = await ReadLengthAsync(input, cancellationToken);
            var blocks = Lz4WithDictionary.CountBlocks(input, length, 0, block);
            for (var i = 0; i < blocks; i++)
            {
                var start = i * block;
                await UnwrapAsync(input, output, offset + start, Math.Min(block, length - start), cancellationToken);
            }
        }
    }

    /// <summary>OpenSearch 2.9 and later, <c>zstd</c>: vint dictionary length, vint block length, the dictionary's frame, then the blocks' with the dictionary preset.</summary>
    internal sealed class BlocksWithDictionary : ZstdDecompressor
    {
        public override async ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
        {
            var dictionary = await ReadLengthAsync(input, cancellationToken);
            var block = await ReadLengthAsync(input, cancellationToken);
            var blocks = Lz4WithDictionary.CountBlocks(input, length, dictionary, block);
            Use([]);
            await UnwrapAsync(input, output, offset, dictionary, cancellationToken);
            Use(output.Bytes.AsSpan(offset, dictionary));
            for (var i = 0; i < blocks; i++)
            {
                var start = dictionary + (i * block);
                await UnwrapAsync(input, output, offset + start, Math.Min(block, length - start), cancellationToken);
            }
        }
    }
}
