using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Portage.Lucene.Files;

/// <summary>Reads Lucene's primitives out of bytes in memory; whatever reaches over their end is a <see cref="CorruptIndexException"/>.</summary>
/// <remarks>
/// A vint or vlong has 7 bits a byte, low group first, the high bit saying that more follow. Fixed integers are big-endian up to
/// Lucene 8, and in headers, footers and <c>segments_N</c> always; elsewhere little-endian from Lucene 9. A string is its length
/// in bytes as a vint, and UTF-8.
/// </remarks>
internal ref struct ByteInput
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _file;
    private readonly long _origin;

    /// <param name="origin">Position of the first of the bytes in the file.</param>
    public ByteInput(string file, ReadOnlySpan<byte> bytes, long origin = 0)
    {
        _file = file;
        _bytes = bytes;
        _origin = origin;
    }

    /// <summary>Whether fixed integers have their low byte first.</summary>
    public bool LittleEndian { get; set; }

    /// <summary>Bytes read so far.</summary>
    public int Offset { get; private set; }

    public readonly int Remaining => _bytes.Length - Offset;

    public readonly string File => _file;

    public readonly long Position => _origin + Offset;

    public readonly CorruptIndexException Corrupt(string expected, string found) => new(_file, Position, expected, found);

    public readonly CorruptIndexException Corrupt(string expected, long found) =>
        Corrupt(expected, found.ToString(CultureInfo.InvariantCulture));

    public ReadOnlySpan<byte> ReadBytes(long count)
    {
        if ((ulong)count > (ulong)Remaining)
        {
            throw Corrupt($"{count} more bytes", $"{Remaining}");
        }

        var bytes = _bytes.Slice(Offset, (int)count);
        Offset += (int)count;
        return bytes;
    }

    public void Skip(long count) => ReadBytes(count);

    public byte ReadByte()
    {
        if (Offset >= _bytes.Length)
        {
            throw Corrupt("one more byte", "the end");
        }

        return _bytes[Offset++];
    }

    public short ReadInt16()
    {
        var bytes = ReadBytes(2);
        return LittleEndian ? BinaryPrimitives.ReadInt16LittleEndian(bytes) : BinaryPrimitives.ReadInt16BigEndian(bytes);
    }

    public int ReadInt32()
    {
        var bytes = ReadBytes(4);
        return LittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    public long ReadInt64()
    {
        var bytes = ReadBytes(8);
        return LittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    public int ReadVInt()
    {
        var value = 0u;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte();
            if (shift == 28 && next > 0x0F)
            {
                throw Corrupt("a vint of 32 bits", "a longer one");
            }

            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (int)value;
            }
        }
    }

    public long ReadVLong()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = ReadByte();
            // Nine bytes are 63 bits; Lucene writes a negative one, in ten, only after zigzag encoding.
            if (shift == 63 && next > 1)
            {
                throw Corrupt("a vlong of 64 bits", "a longer one");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }
    }

    /// <summary>A number of things that follow, each of which takes at least <paramref name="bytesEach"/>.</summary>
    public readonly int CheckCount(long count, int bytesEach, string what) =>
        count < 0 || count > Remaining / bytesEach
            ? throw Corrupt($"a number of {what} that fits into {Remaining} bytes", count)
            : (int)count;

    public string ReadString() => Encoding.UTF8.GetString(ReadBytes(ReadVInt()));

    /// <summary>Counts of sets and maps are int32 up to Lucene 5.0, and vint later.</summary>
    public HashSet<string> ReadStringSet(bool countIsVInt)
    {
        var count = CheckCount(countIsVInt ? ReadVInt() : ReadInt32(), 1, "strings");
        var set = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            set.Add(ReadString());
        }

        return set;
    }

    /// <inheritdoc cref="ReadStringSet"/>
    public Dictionary<string, string> ReadStringMap(bool countIsVInt)
    {
        var count = CheckCount(countIsVInt ? ReadVInt() : ReadInt32(), 2, "pairs of strings");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = ReadString();
            map[key] = ReadString();
        }

        return map;
    }
}
