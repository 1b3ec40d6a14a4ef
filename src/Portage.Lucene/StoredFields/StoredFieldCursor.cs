using System.Buffers.Binary;
using System.Globalization;

namespace Portage.Lucene.StoredFields;

/// <summary>Goes over the stored fields of one document without allocating; take what is needed, the rest costs a few instructions.</summary>
/// <remarks>
/// Fields of a document, as many as its chunk's header says (Lucene40: as a vint before them):
/// <code>
/// Lucene40   vint field number, byte bits: 2 bytes instead of a string, 8 int32, 16 int64, 24 float, 32 double; vint length and
///            bytes, or the number, big-endian
/// Lucene41   vlong number * 8 + type; vint length and bytes, or the number, big-endian
/// 50 and 90  the same, numbers being: zint (zigzag vint), zfloat, tlong, zdouble
/// zfloat     FF: float; high bit set: the integer (byte &amp; 7F) - 1; else the 4 bytes of a float: byte, int16, byte
/// zdouble    FF: double; FE: float; high bit set: the integer; else the 8 bytes of a double: byte, int32, int16, byte
/// tlong      byte: low 5 bits of the value, bit 5: a vlong with the higher ones follows, bits 6 and 7: 1, 1000, 3,600,000 or
///            86,400,000 to multiply with; the value in zigzag encoding
/// </code>
/// Fixed integers are big-endian up to Lucene 8, little-endian from Lucene 9 on. What is returned is valid as long as the chunk.
/// </remarks>
public ref struct StoredFieldCursor
{
    private readonly StoredChunk _chunk;
    private readonly byte[] _buffer;
    private readonly int _end;
    private readonly int _document;
    private readonly DocumentEncoding _encoding;
    private int _fieldsLeft;
    private int _position;
    private int _valueStart;
    private int _valueLength;
    private long _number;

    internal StoredFieldCursor(StoredChunk chunk, byte[] buffer, int start, int end, int fieldCount, int document, DocumentEncoding encoding) =>
        (_chunk, _buffer, _position, _end, _fieldsLeft, _document, _encoding) = (chunk, buffer, start, end, fieldCount, document, encoding);

    /// <summary>Number of the current field; see <see cref="Segments.FieldInfos"/>.</summary>
    public int FieldNumber { get; private set; }

    /// <summary>Type of the current field.</summary>
    public StoredFieldType Type { get; private set; }

    /// <summary>The bytes of a string (UTF-8) or of bytes; empty for numbers.</summary>
    public readonly ReadOnlySpan<byte> Bytes => new(_buffer, _valueStart, _valueLength);

    /// <summary>The same, as a slice of the chunk's buffer.</summary>
    public readonly ReadOnlyMemory<byte> Memory => new(_buffer, _valueStart, _valueLength);

    /// <summary>The value of an <see cref="StoredFieldType.Int32"/> or <see cref="StoredFieldType.Int64"/>.</summary>
    public readonly long Integer => Type is StoredFieldType.Int32 or StoredFieldType.Int64 ? _number : throw WrongType("an integer");

    /// <summary>The value of a <see cref="StoredFieldType.Single"/>.</summary>
    public readonly float Single => Type == StoredFieldType.Single ? BitConverter.Int32BitsToSingle((int)_number) : throw WrongType("a float");

    /// <summary>The value of a <see cref="StoredFieldType.Double"/>.</summary>
    public readonly double Double => Type == StoredFieldType.Double ? BitConverter.Int64BitsToDouble(_number) : throw WrongType("a double");

    /// <summary>Moves to the next field, the first one to begin with.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="CorruptIndexException">The document's bytes are no fields, or not as many as announced.</exception>
    public bool MoveNext()
    {
        if (_fieldsLeft == 0)
        {
            return _position == _end ? false : throw Corrupt("the end after the last field", $"{_end - _position} more bytes");
        }

        _fieldsLeft--;
        _valueLength = 0;
        if (_encoding == DocumentEncoding.Lucene40)
        {
            ReadTag40();
        }
        else
        {
            var tag = ReadVLong();
            var number = tag >> 3;
            if (number > int.MaxValue || (tag & 7) > (int)StoredFieldType.Double)
            {
                throw Corrupt("a field number and a type up to 5", $"{number} and {tag & 7}");
            }

            (FieldNumber, Type) = ((int)number, (StoredFieldType)(tag & 7));
        }

        if (Type <= StoredFieldType.Bytes)
        {
            var length = ReadVLong();
            _valueStart = _position;
            Skip((long)length);
            _valueLength = (int)length;
        }
        else if (_encoding <= DocumentEncoding.Lucene41)
        {
            _number = Type is StoredFieldType.Int32 or StoredFieldType.Single ? ReadInt32() : ReadInt64();
        }
        else
        {
            _number = Type switch
            {
                StoredFieldType.Int32 => (int)ZigZag((uint)ReadVLong()),
                StoredFieldType.Single => ReadZFloat(),
                StoredFieldType.Int64 => ReadTLong(),
                _ => ReadZDouble(),
            };
        }

        return true;
    }

    private void ReadTag40()
    {
        FieldNumber = (int)ReadVLong();
        var bits = ReadByte();
        Type = bits switch
        {
            0 => StoredFieldType.String,
            2 => StoredFieldType.Bytes,
            8 => StoredFieldType.Int32,
            16 => StoredFieldType.Int64,
            24 => StoredFieldType.Single,
            32 => StoredFieldType.Double,
            _ => throw Corrupt("the bits of a field type (0, 2, 8, 16, 24, 32)", $"{bits}"),
        };
    }

    private int ReadZFloat()
    {
        var first = ReadByte();
        return first == 0xFF ? ReadInt32()
            : first >= 0x80 ? BitConverter.SingleToInt32Bits((first & 0x7F) - 1)
            : (first << 24) | (ReadUInt16() << 8) | ReadByte();
    }

    private long ReadZDouble()
    {
        var first = ReadByte();
        return first == 0xFF ? ReadInt64()
            : first == 0xFE ? BitConverter.DoubleToInt64Bits(BitConverter.Int32BitsToSingle(ReadInt32()))
            : first >= 0x80 ? BitConverter.DoubleToInt64Bits((first & 0x7F) - 1)
            : ((long)first << 56) | ((long)(uint)ReadInt32() << 24) | ((long)ReadUInt16() << 8) | ReadByte();
    }

    private long ReadTLong()
    {
        var first = ReadByte();
        var bits = (ulong)(first & 0x1F);
        if ((first & 0x20) != 0)
        {
            bits |= ReadVLong() << 5;
        }

        // Wraps as Java does: only what was divisible was divided.
        return ZigZag(bits) * (first >> 6) switch { 0 => 1, 1 => 1000, 2 => 3_600_000, _ => 86_400_000 };
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private readonly bool IsBigEndian => _encoding != DocumentEncoding.Lucene90;

    private int ReadInt32()
    {
        Skip(4);
        var bytes = _buffer.AsSpan(_position - 4, 4);
        return IsBigEndian ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    private long ReadInt64()
    {
        Skip(8);
        var bytes = _buffer.AsSpan(_position - 8, 8);
        return IsBigEndian ? BinaryPrimitives.ReadInt64BigEndian(bytes) : BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private ushort ReadUInt16()
    {
        Skip(2);
        var bytes = _buffer.AsSpan(_position - 2, 2);
        return IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private byte ReadByte() => _position < _end ? _buffer[_position++] : throw Corrupt("one more byte", "the end of the document");

    private ulong ReadVLong()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Corrupt("a vlong of at most 10 bytes", "a longer one");
    }

    private void Skip(long count)
    {
        if ((ulong)count > (ulong)(_end - _position))
        {
            throw Corrupt($"{count} more bytes", $"{_end - _position}");
        }

        _position += (int)count;
    }

    private readonly InvalidOperationException WrongType(string asked) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Field {FieldNumber} of document {_document} is of type {Type}, not {asked}."));

    private readonly CorruptIndexException Corrupt(string expected, string found) =>
        new(_chunk.File, _chunk.Position, string.Create(CultureInfo.InvariantCulture, $"{expected} in document {_document} of the chunk"), found);
}
