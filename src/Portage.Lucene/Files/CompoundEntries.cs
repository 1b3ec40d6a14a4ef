namespace Portage.Lucene.Files;

/// <summary>Where one file lies in a <c>.cfs</c>.</summary>
internal sealed record CompoundEntry(long Offset, long Length);

/// <summary>The table of a compound file (<c>.cfe</c>): which of the segment's files lie where in its <c>.cfs</c>.</summary>
/// <remarks>
/// <code>
/// header: CompoundFileWriterEntries (4.x; footer from version 1 = 4.8), Lucene50CompoundEntries, Lucene90CompoundEntries (little-endian)
/// vint count | count x { string name without the segment's (".fnm", "_Lucene84_0.tim"), int64 offset, int64 length }
/// </code>
/// Files inside have headers and footers of their own, so that the <c>.cfs</c> itself is never read but for their ranges.
/// </remarks>
internal static class CompoundEntries
{
    public static Dictionary<string, CompoundEntry> Read(string file, byte[] bytes, string segment, ReadOnlyMemory<byte>? id, long compoundLength)
    {
        var input = new ByteInput(file, bytes);
        var header = CodecHeader.Read(ref input, id);
        switch (header.Codec)
        {
            case "CompoundFileWriterEntries" when id is null:
                header.RequireVersion(file, 0, 1);
                break;
            case "Lucene50CompoundEntries":
                header.RequireVersion(file, 0, 0);
                break;
            case "Lucene90CompoundEntries":
                header.RequireVersion(file, 0, 0);
                input.LittleEndian = true;
                break;
            default:
                throw new UnsupportedFormatException(file, header.ToString());
        }

        if (id is not null || header.Version >= 1)
        {
            CodecFooter.Verify(file, bytes);
        }

        var count = input.CheckCount(input.ReadVInt(), 17, "files");
        var entries = new Dictionary<string, CompoundEntry>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = segment + input.ReadString();
            var offset = input.ReadInt64();
            var length = input.ReadInt64();
            if (offset < 0 || length < 0 || offset > compoundLength - length)
            {
                throw input.Corrupt($"a range for '{name}' within {compoundLength} bytes", $"{length} bytes at {offset}");
            }

            if (!entries.TryAdd(name, new(offset, length)))
            {
                throw input.Corrupt("each name once", $"'{name}' twice");
            }
        }

        return entries;
    }
}
