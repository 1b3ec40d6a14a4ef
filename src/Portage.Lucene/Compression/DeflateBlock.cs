using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Portage.Lucene.Compression;

/// <summary>Decodes raw DEFLATE data of known length, also with a preset dictionary.</summary>
/// <remarks>
/// .NET's decoder takes no dictionary. But a stored block at the start of the data (RFC 1951 §3.2.4: <c>00 LEN ~LEN bytes</c>, not the
/// last one) puts the same bytes into the decoder's window, and comes out first, to be thrown away. Not safe for two threads.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The stream is only the form in which DeflateStream takes arrays; it holds nothing.")]
internal sealed class DeflateBlock
{
    // Matches reach back 32 KiB at most, so that more of a dictionary is of no use.
    private const int DictionaryBytesMax = 32 * 1024;

    private readonly byte[] _storedHeader = new byte[5];
    private readonly byte[] _discarded = new byte[DictionaryBytesMax];
    private readonly Pieces _pieces = new();

    /// <summary>Fills <paramref name="destination"/>.</summary>
    /// <returns>Whether the data is sound and has exactly that length.</returns>
    public bool TryDecode(ArraySegment<byte> source, ArraySegment<byte> dictionary, Span<byte> destination)
    {
        _pieces.Clear();
        if (dictionary.Count > 0)
        {
            if (dictionary.Count > DictionaryBytesMax)
            {
                dictionary = dictionary[^DictionaryBytesMax..];
            }

            BinaryPrimitives.WriteUInt16LittleEndian(_storedHeader.AsSpan(1), (ushort)dictionary.Count);
            BinaryPrimitives.WriteUInt16LittleEndian(_storedHeader.AsSpan(3), (ushort)~dictionary.Count);
            _pieces.Add(_storedHeader);
            _pieces.Add(dictionary);
        }

        _pieces.Add(source);
        using var inflater = new DeflateStream(_pieces, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            return inflater.ReadAtLeast(_discarded.AsSpan(0, dictionary.Count), dictionary.Count, throwOnEndOfStream: false) == dictionary.Count
                && inflater.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false) == destination.Length
                && inflater.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Some arrays, one after the other.</summary>
    private sealed class Pieces : Stream
    {
        private readonly ArraySegment<byte>[] _pieces = new ArraySegment<byte>[3];
        private int _count;
        private int _next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Clear() => (_count, _next) = (0, 0);

        public void Add(ArraySegment<byte> piece) => _pieces[_count++] = piece;

        public override int Read(Span<byte> buffer)
        {
            while (_next < _count)
            {
                ref var piece = ref _pieces[_next];
                if (piece.Count > 0)
                {
                    var count = Math.Min(piece.Count, buffer.Length);
                    piece.AsSpan(0, count).CopyTo(buffer);
                    piece = piece[count..];
                    return count;
                }

                _next++;
            }

            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
