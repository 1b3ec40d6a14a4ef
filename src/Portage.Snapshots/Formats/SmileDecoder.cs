using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>
/// Turns SMILE, Jackson's binary JSON (format version 0), into JSON text. Whole numbers of any size keep their digits;
/// binary values become base64 texts.
/// </summary>
/// <remarks>After the format specification at <c>https://github.com/FasterXML/smile-format-specification</c>.</remarks>
internal ref struct SmileDecoder
{
    /// <summary>Levels of nesting; each takes some of the stack.</summary>
    public const int DepthMax = 1_000;

    /// <summary>Digits that a decimal number may be moved by: more would be written out as zeros.</summary>
    public const int ScaleMax = 100_000;

    private const int SharedMax = 1024;
    private const int SharedTextBytesMax = 64;
    private const byte EndOfText = 0xFC;
    private const byte EndOfContent = 0xFF;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _path;
    private readonly Utf8JsonWriter _json;
    private readonly List<Range>? _names;
    private readonly List<Range>? _texts;
    private int _position;

    private SmileDecoder(ReadOnlySpan<byte> bytes, string path, Utf8JsonWriter json)
    {
        _bytes = bytes;
        (_path, _json) = (path, json);
        if (bytes.Length < 5)
        {
            throw Corrupt("a SMILE header and a value", $"{bytes.Length} bytes");
        }

        int flags = bytes[3];
        if (flags >> 4 != 0)
        {
            throw new UnsupportedRepositoryException($"SMILE format version {flags >> 4}", path);
        }

        _names = (flags & 1) != 0 ? [] : null;
        _texts = (flags & 2) != 0 ? [] : null;
        _position = 4;
    }

    /// <summary>The first bytes of every SMILE document.</summary>
    public static ReadOnlySpan<byte> Mark => ":)\n"u8;

    /// <summary>The document as UTF-8 JSON text.</summary>
    /// <param name="path">The blob that holds it, for errors.</param>
    /// <exception cref="CorruptBlobException">It is not well-formed.</exception>
    public static ReadOnlyMemory<byte> ToJson(ReadOnlySpan<byte> smile, string path)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(256, smile.Length * 2));
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = DepthMax + 1 }))
        {
            var decoder = new SmileDecoder(smile, path, json);
            decoder.Value(decoder.Next(), 0);
            if (decoder._position < smile.Length && smile[decoder._position] != EndOfContent)
            {
                throw decoder.Corrupt("the end of the SMILE document", $"{smile.Length - decoder._position:N0} bytes more");
            }
        }

        return output.WrittenMemory;
    }

    private void Value(byte token, int depth)
    {
        switch (token)
        {
            case >= 0x01 and <= 0x1F:
                _json.WriteStringValue(Shared(_texts, token - 1, "text"));
                break;
            case 0x20:
                _json.WriteStringValue(""u8);
                break;
            case 0x21:
                _json.WriteNullValue();
                break;
            case 0x22 or 0x23:
                _json.WriteBooleanValue(token == 0x23);
                break;
            case 0x24 or 0x25:
                _json.WriteNumberValue(ZigZag(Unsigned()));
                break;
            case 0x26:
                _json.WriteRawValue(new BigInteger(SevenBitBytes(), isBigEndian: true).ToString(CultureInfo.InvariantCulture));
                break;
            case 0x28:
                _json.WriteRawValue(JavaNumbers.Text(BitConverter.UInt32BitsToSingle((uint)SevenBitGroups(5))));
                break;
            case 0x29:
                _json.WriteRawValue(JavaNumbers.Text(BitConverter.UInt64BitsToDouble(SevenBitGroups(10))));
                break;
            case 0x2A:
                BigDecimal();
                break;
            case >= 0x40 and <= 0x7F:
                ShortText(token - 0x40 + 1);
                break;
            case >= 0x80 and <= 0xBF:
                ShortText(token - 0x80 + 2);
                break;
            case >= 0xC0 and <= 0xDF:
                _json.WriteNumberValue(ZigZag((ulong)(token & 0x1F)));
                break;
            case 0xE0 or 0xE4:
                _json.WriteStringValue(Text(UntilEndOfText()));
                break;
            case 0xE8:
                _json.WriteBase64StringValue(SevenBitBytes());
                break;
            case >= 0xEC and <= 0xEF:
                _json.WriteStringValue(Shared(_texts, ((token & 3) << 8) | Next(), "text"));
                break;
            case 0xF8:
                Array(depth + 1);
                break;
            case 0xFA:
                Object(depth + 1);
                break;
            case 0xFD:
                _json.WriteBase64StringValue(_bytes[Take(Length())]);
                break;
            default:
                throw Corrupt("a SMILE value", $"the token {token:x2} at byte {_position - 1}");
        }
    }

    private void Array(int depth)
    {
        CheckDepth(depth);
        _json.WriteStartArray();
        for (var token = Next(); token != 0xF9; token = Next())
        {
            Value(token, depth);
        }

        _json.WriteEndArray();
    }

    private void Object(int depth)
    {
        CheckDepth(depth);
        _json.WriteStartObject();
        for (var token = Next(); token != 0xFB; token = Next())
        {
            _json.WritePropertyName(Name(token));
            Value(Next(), depth);
        }

        _json.WriteEndObject();
    }

    private ReadOnlySpan<byte> Name(byte token) => token switch
    {
        0x20 => [],
        >= 0x30 and <= 0x33 => Shared(_names, ((token & 3) << 8) | Next(), "name"),
        0x34 => Text(UntilEndOfText()),
        >= 0x40 and <= 0x7F => Shared(_names, token - 0x40, "name"),
        >= 0x80 and <= 0xBF => Remembered(_names, Take(token - 0x80 + 1)),
        >= 0xC0 and <= 0xF7 => Remembered(_names, Take(token - 0xC0 + 2)),
        _ => throw Corrupt("a SMILE name", $"the token {token:x2} at byte {_position - 1}"),
    };

    private void ShortText(int length) => _json.WriteStringValue(Remembered(_texts, Take(length)));

    private readonly ReadOnlySpan<byte> Remembered(List<Range>? shared, Range text)
    {
        var bytes = Text(text);
        if (shared is not null && bytes.Length <= SharedTextBytesMax)
        {
            // The writer starts a new table when this one is full; so must the reader.
            if (shared.Count == SharedMax)
            {
                shared.Clear();
            }

            // Slots whose low byte is FE or FF are never referred to (those bytes must not occur), but they count.
            shared.Add(text);
        }

        return bytes;
    }

    // The JSON writer puts replacement characters for invalid bytes, which would hide the damage.
    private readonly ReadOnlySpan<byte> Text(Range text) =>
        Utf8.IsValid(_bytes[text]) ? _bytes[text] : throw Corrupt("valid UTF-8 in SMILE texts", $"other bytes before byte {text.End.Value}");

    private readonly ReadOnlySpan<byte> Shared(List<Range>? shared, int index, string what) =>
        shared is not null && index < shared.Count
            ? _bytes[shared[index]]
            : throw Corrupt($"a reference to one of {shared?.Count ?? 0} shared {what}s", $"number {index} at byte {_position - 1}");

    private void BigDecimal()
    {
        var scale = ZigZag(Unsigned());
        var unscaled = new BigInteger(SevenBitBytes(), isBigEndian: true);
        _json.WriteRawValue(Math.Abs(scale) <= ScaleMax ? JavaNumbers.Text(unscaled, scale) : throw Corrupt($"a decimal exponent up to {ScaleMax:N0}", $"{-scale}"));
    }

    // Big-endian groups of 7 bits; the last byte has its top bit set and carries 6.
    private ulong Unsigned()
    {
        ulong value = 0;
        for (var count = 0; count < 10; count++)
        {
            var next = Next();
            if ((next & 0x80) != 0)
            {
                return (value << 6) | (uint)(next & 0x3F);
            }

            value = (value << 7) | next;
        }

        throw Corrupt("a SMILE number of at most 10 bytes", $"a longer one before byte {_position}");
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private int Length()
    {
        var length = Unsigned();
        return length <= (ulong)(_bytes.Length - _position)
            ? (int)length
            : throw Corrupt("a length within the document", $"{length} at byte {_position}");
    }

    private ulong SevenBitGroups(int count)
    {
        ulong value = 0;
        foreach (var group in _bytes[Take(count)])
        {
            value = (value << 7) | (uint)(group & 0x7F);
        }

        return value;
    }

    // Seven bits a byte, the last byte with what is left, right-aligned.
    private byte[] SevenBitBytes()
    {
        var announced = Unsigned();
        if (announced > (ulong)(_bytes.Length - _position))
        {
            throw Corrupt("a length within the document", $"{announced} at byte {_position}");
        }

        var length = (int)announced;
        var groups = _bytes[Take((int)(((long)length * 8 + 6) / 7))];
        var bytes = new byte[length];
        int bits = 0, held = 0, at = 0;
        for (var i = 0; i < groups.Length && at < length; i++)
        {
            var width = i == groups.Length - 1 ? (length * 8) - (i * 7) : 7;
            held = (held << width) | (groups[i] & 0x7F);
            bits += width;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[at++] = (byte)(held >> bits);
                held &= (1 << bits) - 1;
            }
        }

        return bytes;
    }

    private Range UntilEndOfText()
    {
        var length = _bytes[_position..].IndexOf(EndOfText);
        if (length < 0)
        {
            throw Corrupt("the end of a long SMILE text", $"none after byte {_position}");
        }

        var text = Take(length);
        _position++;
        return text;
    }

    private Range Take(int length)
    {
        if (length > _bytes.Length - _position)
        {
            throw Corrupt($"{length} bytes at byte {_position}", $"{_bytes.Length - _position}");
        }

        var start = _position;
        _position += length;
        return start.._position;
    }

    private byte Next() =>
        _position < _bytes.Length ? _bytes[_position++] : throw Corrupt("more of the SMILE document", $"its end at byte {_position}");

    private readonly void CheckDepth(int depth)
    {
        if (depth > DepthMax)
        {
            throw Corrupt($"at most {DepthMax} nested levels", $"more at byte {_position}");
        }
    }

    private readonly CorruptBlobException Corrupt(string expected, string found) => new(_path, expected, found);
}
