using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Portage.Lucene.StoredFields;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Rebuilding;

/// <summary>A value that the server could not index and kept as it was sent (<c>_ignored_source</c>, <c>FIELD._ignore_malformed</c>; Elasticsearch 8.15 and later).</summary>
/// <remarks>
/// <code>
/// _ignored_source  int32 LE: characters of the name + 65,536 × where the name begins within its object, name in UTF-8, value
/// value            a byte, and what it says: S text, I int32, L int64, D double, F float (little-endian), i whole number of any size,
///                  d int32 scale and whole number (both big-endian two's complement), t true, f false, n null, b bytes,
///                  j JSON, s SMILE, c CBOR, y YAML, v nothing at all: the values are shown by another field
/// </code>
/// </remarks>
/// <param name="Name">The full name.</param>
/// <param name="Parent">The full name of the object that it is in; empty for the source itself.</param>
/// <param name="Json">Null for nothing at all.</param>
internal sealed record SetAside(string Name, string Parent, byte[]? Json)
{
    private const int ParentUnit = 0x10000;

    /// <summary>Reads an entry of <c>_ignored_source</c>; null where it cannot be understood.</summary>
    public static SetAside? Read(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < 5)
        {
            return null;
        }

        var packed = BinaryPrimitives.ReadInt32LittleEndian(stored);
        var (characters, parent) = (packed % ParentUnit, packed / ParentUnit);
        var bytes = BytesOf(stored[4..], characters);
        if (packed < 0 || bytes < 0 || bytes + 4 >= stored.Length)
        {
            return null;
        }

        var name = Encoding.UTF8.GetString(stored.Slice(4, bytes));
        if (parent > name.Length)
        {
            return null;
        }

        var value = stored[(4 + bytes)..];
        var inside = parent == 0 ? "" : name[..(parent - 1)];
        return value[0] == 'v' ? new(name, inside, null) : TryRead(value) is { } json ? new(name, inside, json) : null;
    }

    /// <summary>A stored field that holds a value as the server's parser gave it; null where it cannot be understood.</summary>
    public static byte[]? TryRead(StoredFieldCursor field) => field.Type switch
    {
        StoredFieldType.String => RebuiltJson.Text(field.Bytes),
        StoredFieldType.Bytes => TryRead(field.Bytes),
        StoredFieldType.Single => RebuiltJson.Ascii(JavaNumbers.Text(field.Single)),
        StoredFieldType.Double => RebuiltJson.Ascii(JavaNumbers.Text(field.Double)),
        _ => RebuiltJson.Number(field.Integer),
    };

    private static byte[]? TryRead(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return null;
        }

        var rest = value[1..];
        return ((char)value[0], rest.Length) switch
        {
            ('S', _) => RebuiltJson.Text(rest),
            ('I', 4) => RebuiltJson.Number(BinaryPrimitives.ReadInt32LittleEndian(rest)),
            ('L', 8) => RebuiltJson.Number(BinaryPrimitives.ReadInt64LittleEndian(rest)),
            ('D', 8) => RebuiltJson.Ascii(JavaNumbers.Text(BinaryPrimitives.ReadDoubleLittleEndian(rest))),
            ('F', 4) => RebuiltJson.Ascii(JavaNumbers.Text(BinaryPrimitives.ReadSingleLittleEndian(rest))),
            ('i', > 0 and < 10_000) => RebuiltJson.Ascii(new BigInteger(rest, isBigEndian: true).ToString(CultureInfo.InvariantCulture)),
            ('d', > 4 and < 10_000) when BinaryPrimitives.ReadInt32LittleEndian(rest) is >= -SmileDecoder.ScaleMax and <= SmileDecoder.ScaleMax and var scale => RebuiltJson.Ascii(JavaNumbers.Text(new BigInteger(rest[4..], isBigEndian: true), scale)),
            ('t', 0) => RebuiltJson.Ascii("true"),
            ('f', 0) => RebuiltJson.Ascii("false"),
            ('n', 0) => RebuiltJson.Ascii("null"),
            ('b', _) => RebuiltJson.Ascii($"\"{Convert.ToBase64String(rest)}\""),
            ('j', _) => rest.ToArray(),
            ('s', _) => Converted(rest, SourceFormat.Smile),
            ('c', _) => Converted(rest, SourceFormat.Cbor),
            ('y', _) => Converted(rest, SourceFormat.Yaml),
            _ => null,
        };
    }

    private static byte[]? Converted(ReadOnlySpan<byte> value, SourceFormat format) => SourceJson.TryConvert(value.ToArray(), format, out var json, out _) ? json.ToArray() : null;

    /// <summary>How many bytes so many characters of UTF-16 take in UTF-8; -1 where there are not as many.</summary>
    private static int BytesOf(ReadOnlySpan<byte> utf8, int characters)
    {
        var at = 0;
        while (characters > 0 && at < utf8.Length)
        {
            var (length, units) = utf8[at] switch { < 0x80 => (1, 1), < 0xE0 => (2, 1), < 0xF0 => (3, 1), _ => (4, 2) };
            (at, characters) = (at + length, characters - units);
        }

        return characters == 0 && at <= utf8.Length ? at : -1;
    }
}
