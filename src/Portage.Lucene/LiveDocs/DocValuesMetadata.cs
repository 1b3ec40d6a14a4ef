using Portage.Lucene.Files;
using Portage.Lucene.Segments;

namespace Portage.Lucene.LiveDocs;

/// <summary>Finds, in a <c>.dvm</c>, which documents have a value in one numeric field; skips the fields before it, whatever they are.</summary>
/// <remarks>
/// Header Lucene70DocValuesMetadata, Lucene80DocValuesMetadata (both big-endian) or Lucene90DocValuesMetadata (little-endian), then entries
/// until int32 -1. <c>monotonic(n, shift)</c> is for each of ceil(n / 2^shift) blocks: int64, float32, int64, byte.
/// <code>
/// entry             int32 field, byte type; Lucene90, fields with a skip index: + 40 bytes (version 0 and 1), 44 (version 2)
/// withField         int64 offset, int64 length; from Lucene80 on: int16 jump table entries, byte rank power
/// 0 NUMERIC         withField, int64 values, int32 table, table x int64 if > 0, byte bits, int64 min, gcd, offset, length;
///                   from Lucene80 on: int64 jump table
/// 1 BINARY          Lucene80 only: version 1 is compressed; from version 2 on (Lucene 8.8) if the field's attribute
///                   Lucene80DocValuesFormat.mode is BEST_COMPRESSION; int64 offset, length; withField; int32 documents, min length,
///                   max length; compressed and documents > 0, or min &lt; max:
///                     int64 addresses; compressed: vint chunks, vint documents per chunk, vint max chunk; vint shift,
///                     monotonic(compressed ? chunks : documents + 1, shift), int64 length
/// 2 SORTED          Lucene90: NUMERIC; before: withField, int32 documents, byte bits, int64 offset, length; then terms
/// 3 SORTED_SET      byte multi; 0: as SORTED; 1: Lucene90: SORTED_NUMERIC; before: withField, byte bits, int64 offset, length,
///                   int32 documents, addresses(documents + 1); then terms
/// 4 SORTED_NUMERIC  NUMERIC, int32 documents; if documents != values: addresses(documents + 1)
/// addresses(n)      int64 offset, vint shift, monotonic(n, shift), int64 length
/// terms             vlong size; Lucene70 and 80: int32 shift (Lucene80 version >= 2: 0x00060001 means compressed, shift 6); Lucene90:
///                   always compressed, shift 6, no such int32; int32 s, monotonic(ceil(size / 2^shift), s), int32 max length;
///                   compressed: int32 max block; 4 x int64; int32 index shift, monotonic(1 + ceil(size / 2^index shift), s), 4 x int64
/// </code>
/// </remarks>
internal ref struct DocValuesMetadata
{
    private const string ModeAttribute = "Lucene80DocValuesFormat.mode";
    private const int CompressedTerms = 0x00060001;
    private const int MonotonicBytes = 8 + 4 + 8 + 1;

    private readonly int _format;
    private readonly int _version;
    private ByteInput _input;

    private DocValuesMetadata(ByteInput input, int format, int version)
    {
        _input = input;
        _format = format;
        _version = version;
    }

    private enum EntryType : byte
    {
        Numeric = 0,
        Binary = 1,
        Sorted = 2,
        SortedSet = 3,
        SortedNumeric = 4,
    }

    /// <param name="fields">For the skip indexes of the fields on the way.</param>
    /// <param name="field">Number of the field looked for.</param>
    /// <returns>Null where the file has no entry for it; and whether the <c>.dvd</c> is little-endian.</returns>
    public static (DocumentsWithField? Documents, bool LittleEndian) Find(
        string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix, FieldInfos fields, int field)
    {
        var metadata = Open(file, bytes, id, suffix);
        return (metadata.Seek(fields, field) ? metadata.ReadWithField() : null, metadata._format == 90);
    }

    /// <summary>Between which numbers the values of a field lie.</summary>
    /// <inheritdoc cref="Find"/>
    /// <returns>Null where the file has no entry for it, or the entry no values.</returns>
    public static NumericRange? FindRange(string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix, FieldInfos fields, int field)
    {
        var metadata = Open(file, bytes, id, suffix);
        return metadata.Seek(fields, field) ? metadata.ReadRange() : null;
    }

    private static DocValuesMetadata Open(string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id, suffix);
        var (format, versionMax) = header.Codec switch
        {
            "Lucene70DocValuesMetadata" => (70, 0),
            "Lucene80DocValuesMetadata" => (80, 2),
            "Lucene90DocValuesMetadata" => (90, 2),
            _ => throw new UnsupportedFormatException(file, header.ToString()),
        };
        header.RequireVersion(file, 0, versionMax);
        CodecFooter.Verify(file, bytes);
        input.LittleEndian = format == 90;
        return new DocValuesMetadata(input, format, header.Version);
    }

    /// <summary>Goes to the entry of a numeric field; false where there is none.</summary>
    private bool Seek(FieldInfos fields, int wanted)
    {
        while (true)
        {
            var number = _input.ReadInt32();
            if (number == -1)
            {
                // The check on everything skipped: one entry misread, and the end is not here.
                return _input.Remaining == CodecFooter.Bytes ? false : throw _input.Corrupt("the footer after the last field", $"{_input.Remaining} bytes");
            }

            if (!fields.TryGet(number, out var field))
            {
                throw _input.Corrupt("the number of a field", number);
            }

            var type = (EntryType)_input.ReadByte();
            if (_format == 90 && field.HasDocValuesSkipper)
            {
                _input.Skip(_version >= 2 ? 44 : 40);
            }

            if (number == wanted)
            {
                return type == EntryType.Numeric ? true : throw _input.Corrupt($"numeric doc values of '{field.Name}'", (long)type);
            }

            Skip(type, field);
        }
    }

    private void Skip(EntryType type, FieldInfo field)
    {
        switch (type)
        {
            case EntryType.Numeric:
                SkipNumeric();
                break;
            case EntryType.Binary:
                SkipBinary(field);
                break;
            case EntryType.Sorted:
                SkipSorted();
                break;
            case EntryType.SortedSet:
                SkipSortedSet();
                break;
            case EntryType.SortedNumeric:
                SkipSortedNumeric();
                break;
            default:
                throw _input.Corrupt("a type of doc values from 0 to 4", (long)type);
        }
    }

    private DocumentsWithField ReadWithField()
    {
        var offset = _input.ReadInt64();
        var length = _input.ReadInt64();
        if (_format == 70)
        {
            return new(offset, length, -1);
        }

        _input.ReadInt16();
        var rankPower = (sbyte)_input.ReadByte();
        // Lucene writes 7 to 15, or -1.
        return rankPower is >= -1 and <= 15 ? new(offset, length, rankPower) : throw _input.Corrupt("a rank power from -1 to 15", rankPower);
    }

    private NumericRange? ReadRange()
    {
        ReadWithField();
        var values = _input.ReadInt64();
        var table = _input.ReadInt32();
        var (least, most) = (long.MaxValue, long.MinValue);
        for (var i = 0; i < table; i++)
        {
            var value = _input.ReadInt64();
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        int bits = _input.ReadByte();
        var (min, divisor) = (_input.ReadInt64(), _input.ReadInt64());
        return (values, table) switch
        {
            ( <= 0, _) => null,
            (_, > 0) => new(least, most),
            _ => new(min, NumericRange.LargestAtLeast(min, divisor, bits)),
        };
    }

    /// <returns>The number of values.</returns>
    private long SkipNumeric()
    {
        ReadWithField();
        var values = _input.ReadInt64();
        var table = _input.ReadInt32();
        if (table > 0)
        {
            _input.Skip(table * 8L);
        }

        _input.Skip(1 + (4 * 8));
        if (_format >= 80)
        {
            _input.Skip(8);
        }

        return values;
    }

    private void SkipBinary(FieldInfo field)
    {
        var isCompressed = _format == 80 && (_version == 1 || (_version >= 2 && IsCompressed(field)));
        _input.Skip(16);
        ReadWithField();
        var documents = _input.ReadInt32();
        var min = _input.ReadInt32();
        var max = _input.ReadInt32();
        if (isCompressed ? documents > 0 : min < max)
        {
            _input.Skip(8);
            var count = documents + 1L;
            if (isCompressed)
            {
                count = _input.ReadVInt();
                _input.ReadVInt();
                _input.ReadVInt();
            }

            SkipMonotonic(count, _input.ReadVInt());
            _input.Skip(8);
        }
    }

    private readonly bool IsCompressed(FieldInfo field) =>
        field.Attributes.TryGetValue(ModeAttribute, out var mode)
            ? mode == "BEST_COMPRESSION"
            : throw _input.Corrupt($"the attribute '{ModeAttribute}' of '{field.Name}'", "none");

    private void SkipSorted()
    {
        if (_format == 90)
        {
            SkipNumeric();
        }
        else
        {
            ReadWithField();
            _input.Skip(4 + 1 + 16);
        }

        SkipTerms();
    }

    private void SkipSortedSet()
    {
        var isMultiValued = _input.ReadByte();
        if (isMultiValued > 1)
        {
            throw _input.Corrupt("0 or 1 for multiple values", isMultiValued);
        }

        if (isMultiValued == 0)
        {
            SkipSorted();
            return;
        }

        if (_format == 90)
        {
            SkipSortedNumeric();
        }
        else
        {
            ReadWithField();
            _input.Skip(1 + 16);
            SkipAddresses(_input.ReadInt32() + 1L);
        }

        SkipTerms();
    }

    private void SkipSortedNumeric()
    {
        var values = SkipNumeric();
        var documents = _input.ReadInt32();
        if (documents != values)
        {
            SkipAddresses(documents + 1L);
        }
    }

    private void SkipAddresses(long count)
    {
        _input.Skip(8);
        SkipMonotonic(count, _input.ReadVInt());
        _input.Skip(8);
    }

    private void SkipTerms()
    {
        var size = _input.ReadVLong();
        var isCompressed = _format == 90;
        var shift = 6;
        if (_format < 90)
        {
            var code = _input.ReadInt32();
            isCompressed = _format == 80 && _version >= 2 && code == CompressedTerms;
            shift = isCompressed ? 6 : code;
        }

        var monotonicShift = _input.ReadInt32();
        SkipMonotonic(CountBlocks(size, shift), monotonicShift);
        _input.Skip(isCompressed ? 8 : 4);
        _input.Skip(4 * 8);
        var indexShift = _input.ReadInt32();
        SkipMonotonic(1 + CountBlocks(size, indexShift), monotonicShift);
        _input.Skip(4 * 8);
    }

    private void SkipMonotonic(long count, int shift) => _input.Skip(_input.CheckCount(CountBlocks(count, shift), MonotonicBytes, "blocks") * (long)MonotonicBytes);

    private readonly long CountBlocks(long count, int shift) =>
        count < 0 || shift is < 0 or > 62
            ? throw _input.Corrupt("a number of values and a shift from 0 to 62", $"{count} and {shift}")
            : (count >> shift) + ((count & ((1L << shift) - 1)) == 0 ? 0 : 1);
}
