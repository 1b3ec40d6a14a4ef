using System.Globalization;
using Portage.Lucene.Compression;
using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>Decompresses a chunk, or one slice of a large one, from where the input stands.</summary>
internal abstract class ChunkDecompressor : IDisposable
{
    // Blocks, in the formats with a dictionary, number ten or eleven.
    private const int VIntBytesMax = 5;

    /// <summary>Puts <paramref name="length"/> bytes at <paramref name="offset"/>, where there is room, and moves the input behind what was used.</summary>
    public abstract ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken);

    /// <summary>Most hold nothing but memory.</summary>
    public virtual void Dispose()
    {
    }

    protected static async ValueTask<int> ReadLengthAsync(SequentialInput input, CancellationToken cancellationToken)
    {
        await input.FillAsync(VIntBytesMax, cancellationToken);
        return ReadLength(input);
    }

    protected static CorruptIndexException Malformed(SequentialInput input, string what, int length) =>
        input.Corrupt(string.Create(CultureInfo.InvariantCulture, $"{what} data of {length} decompressed bytes"), "none such");

    private static int ReadLength(SequentialInput input)
    {
        var reader = input.Reader();
        var length = reader.ReadVInt();
        if (length < 0)
        {
            throw input.Corrupt("a length", length.ToString(CultureInfo.InvariantCulture));
        }

        input.Advance(reader.Offset);
        return length;
    }

    /// <summary>Up to Lucene 8.6, best speed: one LZ4 block, whose end is where the decoded length is reached.</summary>
    internal sealed class Lz4 : ChunkDecompressor
    {
        public override async ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
        {
            await input.FillAsync(Lz4Block.CompressedBytesMax(length), cancellationToken);
            var used = Lz4Block.Decode(input.Buffered, output.Bytes, offset, length);
            if (used < 0)
            {
                throw Malformed(input, "LZ4", length);
            }

            input.Advance(used);
        }
    }

    /// <summary>Up to Lucene 8.6, best compression: vint compressed length, DEFLATE data (none for no bytes).</summary>
    internal sealed class Deflate : ChunkDecompressor
    {
        private readonly DeflateBlock _block = new();

        public override ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken) =>
            InflateAsync(_block, input, output, offset, length, 0, 0, cancellationToken);

        public static async ValueTask InflateAsync(
            DeflateBlock block, SequentialInput input, ChunkBuffer output, int offset, int length, int dictionaryStart, int dictionaryLength, CancellationToken cancellationToken)
        {
            var compressed = await ReadLengthAsync(input, cancellationToken);
            await input.EnsureAsync(compressed, cancellationToken);
            var isSound = compressed == 0
                ? length == 0
                : block.TryDecode(input.BufferedWithSlack, compressed, output.Bytes, offset, length, dictionaryStart, dictionaryLength);
            if (!isSound)
            {
                throw Malformed(input, "DEFLATE", length);
            }

            input.Advance(compressed);
        }
    }

    /// <summary>
    /// From Lucene 8.7 on, best speed: vint dictionary length, vint block length, vint compressed length of the dictionary and of each block,
    /// then their LZ4 blocks. The dictionary is the beginning of the data; each block may reach back into it, and into no other block.
    /// </summary>
    internal sealed class Lz4WithDictionary : ChunkDecompressor
    {
        private int[] _lengths = new int[16];

        public override async ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
        {
            var dictionary = await ReadLengthAsync(input, cancellationToken);
            var block = await ReadLengthAsync(input, cancellationToken);
            var blocks = CountBlocks(input, length, dictionary, block);
            // A length of its own for each: more than the file's bytes cannot be.
            await input.FillAsync(((long)blocks + 1) * VIntBytesMax, cancellationToken);
            var total = ReadLengths(input, blocks + 1);
            await input.EnsureAsync(total, cancellationToken);

            Decode(input, output, _lengths[0], offset, dictionary, 0, 0);
            for (var i = 0; i < blocks; i++)
            {
                var start = dictionary + (i * block);
                Decode(input, output, _lengths[i + 1], offset + start, Math.Min(block, length - start), offset, dictionary);
            }
        }

        public static int CountBlocks(SequentialInput input, int length, int dictionary, int block)
        {
            var rest = length - dictionary;
            if (rest < 0 || (rest > 0 && block <= 0))
            {
                throw input.Corrupt(
                    string.Create(CultureInfo.InvariantCulture, $"a dictionary and blocks for {length} bytes"),
                    string.Create(CultureInfo.InvariantCulture, $"a dictionary of {dictionary} and blocks of {block}"));
            }

            return rest == 0 ? 0 : (int)(((long)rest + block - 1) / block);
        }

        private long ReadLengths(SequentialInput input, int count)
        {
            var reader = input.Reader();
            reader.CheckCount(count, 1, "blocks");
            if (_lengths.Length < count)
            {
                _lengths = new int[count];
            }

            var total = 0L;
            for (var i = 0; i < count; i++)
            {
                var length = reader.ReadVInt();
                total += length >= 0 ? length : throw reader.Corrupt("a length", length);
                _lengths[i] = length;
            }

            input.Advance(reader.Offset);
            return total;
        }

        private static void Decode(SequentialInput input, ChunkBuffer output, int compressed, int start, int length, int dictionaryStart, int dictionaryLength)
        {
            if (Lz4Block.Decode(input.Buffered[..compressed], output.Bytes, start, length, dictionaryStart, dictionaryLength) != compressed)
            {
                throw Malformed(input, "LZ4", length);
            }

            input.Advance(compressed);
        }
    }

    /// <summary>
    /// From Lucene 8.7 on, best compression: vint dictionary length, vint block length, vint and DEFLATE data of the dictionary, then of each
    /// block, with the dictionary preset.
    /// </summary>
    internal sealed class DeflateWithDictionary : ChunkDecompressor
    {
        private readonly DeflateBlock _block = new();

        public override async ValueTask DecompressAsync(SequentialInput input, ChunkBuffer output, int offset, int length, CancellationToken cancellationToken)
        {
            var dictionary = await ReadLengthAsync(input, cancellationToken);
            var block = await ReadLengthAsync(input, cancellationToken);
            var blocks = Lz4WithDictionary.CountBlocks(input, length, dictionary, block);
            await Deflate.InflateAsync(_block, input, output, offset, dictionary, 0, 0, cancellationToken);
            for (var i = 0; i < blocks; i++)
            {
                var start = dictionary + (i * block);
                await Deflate.InflateAsync(_block, input, output, offset + start, Math.Min(block, length - start), offset, dictionary, cancellationToken);
            }
        }
    }
}
