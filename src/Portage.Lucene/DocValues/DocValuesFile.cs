using System.Numerics;
using Portage.Lucene.Files;
using Portage.Lucene.Segments;

namespace Portage.Lucene.DocValues;

/// <summary>What a <c>.dvm</c> of Lucene 9 or 10, or of Elasticsearch's logs and time series, says of all fields.</summary>
/// <remarks>
/// <see cref="LiveDocs.DocValuesMetadata"/> has the bytes of Lucene's. <c>ES819TSDB</c> version 0 has the same but for numbers:
/// <code>
/// NUMERIC         int64 values, int32 documents; values > 0: int32 shift of the index (-1: all are 0), monotonic(blocks, shift), int64 index offset,
///                 length, values offset, length; then withField
/// SORTED_NUMERIC  NUMERIC; documents != values: addresses(documents + 1)
/// </code>
/// </remarks>
internal static class DocValuesFile
{
    private const int TermsBlockShift = 6;

    /// <exception cref="UnsupportedFormatException">It is of another format.</exception>
    public static Dictionary<int, DocValuesEntry> Read(string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix, FieldInfos fields)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id, suffix);
        var isTimeSeries = header.Codec == "ES819TSDBDocValuesMetadata";
        if (!isTimeSeries && header.Codec != "Lucene90DocValuesMetadata")
        {
            throw new UnsupportedFormatException(file, header.ToString());
        }

        header.RequireVersion(file, 0, isTimeSeries ? 0 : 2);
        CodecFooter.Verify(file, bytes);
        input.LittleEndian = true;
        var entries = new Dictionary<int, DocValuesEntry>();
        while (input.ReadInt32() is var number and not -1)
        {
            if (!fields.TryGet(number, out var field))
            {
                throw input.Corrupt("the number of a field", number);
            }

            var type = input.ReadByte();
            if (field.HasDocValuesSkipper)
            {
                input.Skip(header.Version >= 2 ? 44 : 40);
            }

            entries[number] = ReadEntry(ref input, type, isTimeSeries);
        }

        return input.Remaining == CodecFooter.Bytes ? entries : throw input.Corrupt("the footer after the last field", input.Remaining);
    }

    private static DocValuesEntry ReadEntry(ref ByteInput input, byte type, bool isTimeSeries)
    {
        switch (type)
        {
            case 0:
                return ReadNumbers(ref input, isTimeSeries, out _);
            case 1:
                return ReadBinary(ref input);
            case 2:
                return WithTerms(ref input, ReadNumbers(ref input, isTimeSeries, out _));
            case 3:
                return input.ReadByte() switch
                {
                    0 => WithTerms(ref input, ReadNumbers(ref input, isTimeSeries, out _)),
                    1 => WithTerms(ref input, ReadMany(ref input, isTimeSeries)),
                    var other => throw input.Corrupt("0 or 1 for multiple values", other),
                };
            case 4:
                return ReadMany(ref input, isTimeSeries);
            default:
                throw input.Corrupt("a type of doc values from 0 to 4", type);
        }
    }

    private static DocValuesEntry WithTerms(ref ByteInput input, DocValuesEntry entry)
    {
        var terms = ReadTerms(ref input);
        return entry with
        {
            Terms = terms,
            Numbers = entry.Numbers is TimeSeriesNumbers numbers ? numbers with { OrdinalBits = 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(terms.Count - 1, 1)) } : entry.Numbers,
        };
    }

    private static DocValuesEntry ReadMany(ref ByteInput input, bool isTimeSeries)
    {
        var entry = ReadNumbers(ref input, isTimeSeries, out var documents);
        documents = isTimeSeries ? documents : input.ReadInt32();
        return documents == entry.Numbers!.Count ? entry : entry with { Addresses = ReadAddresses(ref input, documents + 1L) };
    }

    private static DocValuesEntry ReadNumbers(ref ByteInput input, bool isTimeSeries, out int documents)
    {
        documents = 0;
        if (!isTimeSeries)
        {
            var (presence, numbers) = ReadNumbers(ref input);
            return new(presence, numbers, null, null, null);
        }

        var count = input.ReadInt64();
        documents = input.ReadInt32();
        var (index, offset, length) = (default(MonotonicRange), 0L, 0L);
        if (count > 0)
        {
            var shift = input.ReadInt32();
            if (shift < -1)
            {
                // Ranges of documents with the same text, which later versions write for what the index is sorted by.
                throw new UnsupportedFormatException(input.File, "ES819TSDB with ranges of ordinals");
            }

            index = shift < 0 ? null : MonotonicRange.Read(ref input, 1 + ((count - 1) >> TimeSeriesNumbers.BlockShift), shift);
            var indexOffset = input.ReadInt64();
            input.ReadInt64();
            (offset, length) = (input.ReadInt64(), input.ReadInt64());
            if (index is not null)
            {
                index.Offset = indexOffset;
            }
        }

        return count < 0 || documents < 0 ? throw input.Corrupt("numbers of values and documents", $"{count} and {documents}") : new(ReadPresence(ref input), new TimeSeriesNumbers(count, index, offset, length, -1), null, null, null);
    }

    private static DocValuesEntry ReadBinary(ref ByteInput input)
    {
        var (offset, length) = (input.ReadInt64(), input.ReadInt64());
        var presence = ReadPresence(ref input);
        var documents = input.ReadInt32();
        var (min, max) = (input.ReadInt32(), input.ReadInt32());
        var addresses = min < max ? ReadAddresses(ref input, documents + 1L) : null;
        return min < 0 || max < min ? throw input.Corrupt("lengths of values", $"{min} to {max}") : new(presence, null, addresses, null, new(offset, length, max, documents));
    }

    private static (Presence Presence, NumberValues Numbers) ReadNumbers(ref ByteInput input)
    {
        var presence = ReadPresence(ref input);
        var count = input.ReadInt64();
        var size = input.ReadInt32();
        var table = size > 0 ? new long[input.CheckCount(size, 8, "numbers of a table")] : null;
        for (var i = 0; i < table?.Length; i++)
        {
            table[i] = input.ReadInt64();
        }

        int bits = input.ReadByte();
        var (min, divisor, offset, length, jump) = (input.ReadInt64(), input.ReadInt64(), input.ReadInt64(), input.ReadInt64(), input.ReadInt64());
        var shift = size < -1 ? -2 - size : -1;
        if (count < 0 || shift > 30 || (shift < 0 && bits > 64))
        {
            throw input.Corrupt("numbers of at most 64 bits", $"{count} of {bits}");
        }

        return (presence, new LuceneNumbers(count, table, bits, min, divisor, offset, length, shift, jump));
    }

    private static Presence ReadPresence(ref ByteInput input)
    {
        var (offset, length) = (input.ReadInt64(), input.ReadInt64());
        input.ReadInt16();
        var rankPower = (sbyte)input.ReadByte();
        return offset >= -2 && rankPower is >= -1 and <= 15 ? new(offset, length, rankPower) : throw input.Corrupt("where the documents with a value stand", $"{offset} and {rankPower}");
    }

    private static MonotonicRange ReadAddresses(ref ByteInput input, long count)
    {
        var offset = input.ReadInt64();
        var addresses = MonotonicRange.Read(ref input, count, input.ReadVInt());
        addresses.Offset = offset;
        input.ReadInt64();
        return addresses;
    }

    private static TermValues ReadTerms(ref ByteInput input)
    {
        var size = input.ReadVLong();
        var shift = input.ReadInt32();
        var addresses = MonotonicRange.Read(ref input, size < 0 ? -1 : (size >> TermsBlockShift) + ((size & ((1 << TermsBlockShift) - 1)) == 0 ? 0 : 1), shift);
        var (lengthMax, blockMax) = (input.ReadInt32(), input.ReadInt32());
        var (offset, length) = (input.ReadInt64(), input.ReadInt64());
        addresses.Offset = input.ReadInt64();
        input.ReadInt64();
        var indexShift = input.ReadInt32();
        if (indexShift is < 0 or > 30)
        {
            throw input.Corrupt("a shift from 0 to 30", indexShift);
        }

        // Where to begin when looking for a text, which nobody does here.
        MonotonicRange.Read(ref input, 1 + (size >> indexShift) + ((size & ((1L << indexShift) - 1)) == 0 ? 0 : 1), shift);
        input.Skip(4 * 8);
        return new(size, addresses, lengthMax, blockMax, offset, length);
    }
}

/// <summary>The doc values of one field.</summary>
/// <param name="Numbers">Numbers, or the numbers of texts; null for bytes.</param>
/// <param name="Addresses">Where the values of each document with some begin; null where each has one.</param>
/// <param name="Terms">The texts that the numbers stand for; null where they stand for themselves.</param>
/// <param name="Bytes">Where the bytes are; null for numbers.</param>
internal sealed record DocValuesEntry(Presence Presence, NumberValues? Numbers, MonotonicRange? Addresses, TermValues? Terms, BytesPlace? Bytes);

/// <summary>The bytes of all documents with a value, one behind the other.</summary>
/// <param name="LengthMax">Of one; of each where there are no addresses.</param>
internal sealed record BytesPlace(long Offset, long Length, int LengthMax, int Documents);
