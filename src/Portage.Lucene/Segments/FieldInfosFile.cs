using Portage.Lucene.Files;

namespace Portage.Lucene.Segments;

/// <summary>The fields of a segment: <c>.fnm</c>, or after updates of doc values <c>SEGMENT_GENERATION.fnm</c>.</summary>
/// <remarks>
/// <code>
/// vint n; each field: string name, vint number, byte bits, then
///   Lucene40, 42  byte doc values and norms types, map attributes
///   46            byte doc values and norms types, int64 doc values generation, map attributes
///   50            byte index options, byte doc values type, int64 generation, map attributes (count int32 in version 0, then vint)
///   60            as 50, then vint point dimensions; if > 0: version >= 2 vint indexed dimensions; vint bytes of a dimension
///   90            as 60, then vint vector dimensions, byte similarity
///   94            byte index options, byte doc values type, version >= 2: byte skip index; int64 generation, map attributes,
///                 points as in 60, vint vector dimensions, byte encoding, byte similarity
/// bits from 60 on: 1 term vectors, 2 no norms, 4 payloads, 8 soft deletes, 16 parent field
/// </code>
/// Footers from Lucene46 version 1 on. Little-endian from 90 on.
/// </remarks>
internal static class FieldInfosFile
{
    private const byte SoftDeletesBit = 0x8;

    public static FieldInfos Read(string file, byte[] bytes, ReadOnlyMemory<byte>? id, string suffix)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id, suffix);
        var (format, versionMax) = header.Codec switch
        {
            "Lucene40FieldInfos" => (40, 0),
            "Lucene42FieldInfos" => (42, 0),
            "Lucene46FieldInfos" => (46, 2),
            "Lucene50FieldInfos" => (50, 1),
            "Lucene60FieldInfos" => (60, 2),
            "Lucene90FieldInfos" => (90, 0),
            "Lucene94FieldInfos" => (94, 2),
            _ => throw new UnsupportedFormatException(file, header.ToString()),
        };
        if (format < 50 != id is null)
        {
            throw input.Corrupt(id is null ? "field infos of Lucene 4" : "field infos of Lucene 5 or later", header.Codec);
        }

        header.RequireVersion(file, 0, versionMax);
        if (format >= 50 || (format == 46 && header.Version >= 1))
        {
            CodecFooter.Verify(file, bytes);
        }

        input.LittleEndian = format >= 90;
        var count = input.CheckCount(input.ReadVInt(), 4, "fields");
        var fields = new List<FieldInfo>(count);
        var (names, numbers) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<int>());
        for (var i = 0; i < count; i++)
        {
            var field = ReadField(ref input, format, header.Version);
            if (field.Number < 0 || !names.Add(field.Name) || !numbers.Add(field.Number))
            {
                throw input.Corrupt("each field once, with a number of its own", $"'{field.Name}' as {field.Number}");
            }

            fields.Add(field);
        }

        return new(fields);
    }

    private static FieldInfo ReadField(ref ByteInput input, int format, int version)
    {
        var name = input.ReadString();
        var number = input.ReadVInt();
        var bits = input.ReadByte();
        input.ReadByte();
        if (format >= 50)
        {
            input.ReadByte();
        }

        var hasSkipper = format == 94 && version >= 2 && input.ReadByte() != 0;
        var generation = format >= 46 ? input.ReadInt64() : -1;
        var attributes = input.ReadStringMap(countIsVInt: format > 50 || (format == 50 && version >= 1));
        if (format >= 60)
        {
            if (input.ReadVInt() > 0)
            {
                if (format > 60 || version >= 2)
                {
                    input.ReadVInt();
                }

                input.ReadVInt();
            }

            if (format >= 90)
            {
                input.ReadVInt();
                input.Skip(format == 94 ? 2 : 1);
            }
        }

        return new(name, number, format >= 60 && (bits & SoftDeletesBit) != 0, generation, hasSkipper, attributes);
    }
}
