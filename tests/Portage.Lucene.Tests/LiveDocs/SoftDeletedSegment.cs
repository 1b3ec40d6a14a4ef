using System.Buffers.Binary;
using System.Text;
using Portage.Lucene.Files;
using Portage.Lucene.LiveDocs;
using Portage.Lucene.Segments;

namespace Portage.Lucene.Tests.LiveDocs;

/// <summary>A segment with nothing but soft deletes, in the bytes that Lucene 8 (big-endian) and Lucene 9 (little-endian) write for them.</summary>
/// <param name="littleEndian">As from Lucene 9 on.</param>
/// <param name="rankPower">Of the rank tables of dense blocks; -1: none.</param>
internal sealed class SoftDeletedSegment(bool littleEndian, int rankPower)
{
    private const int BlockDocuments = 65_536;
    private static readonly byte[] Id = [.. Enumerable.Range(1, 16).Select(number => (byte)number)];

    /// <summary>Bits of the documents that are live after these were soft-deleted.</summary>
    /// <param name="written">What the file holds, in order.</param>
    /// <param name="counted">How many the commit says there are.</param>
    public async Task<ulong[]> ClearAsync(IReadOnlyList<int> written, int counted, int maxDoc, CancellationToken cancellationToken)
    {
        var (metadata, data) = Write(written);
        var directory = new MemoryDirectory(new() { ["_0_1_F_0.dvm"] = metadata, ["_0_1_F_0.dvd"] = data });
        var field = new FieldInfo("__soft_deletes", 3, true, 1, false, new Dictionary<string, string>
        {
            ["PerFieldDocValuesFormat.format"] = "F",
            ["PerFieldDocValuesFormat.suffix"] = "0",
        });
        var entry = new SegmentEntry("_0", Id, "any", -1, 0, 1, counted, new Dictionary<int, IReadOnlySet<string>>());
        var live = LiveDocuments.AllSet(maxDoc);
        await SoftDeletes.ClearAsync(SegmentFiles.Outside(directory), entry, new([field]), maxDoc, live, cancellationToken);
        return live;
    }

    private (byte[] Metadata, byte[] Data) Write(IReadOnlyList<int> documents)
    {
        var data = new MemoryStream();
        WriteHeader(data, "Data");
        var offset = data.Length;
        foreach (var block in documents.GroupBy(document => document / BlockDocuments))
        {
            WriteBlock(data, block.Key, [.. block.Select(document => document % BlockDocuments)]);
        }

        // "No more documents", 2^31 - 1, is the last of the last block.
        Write(data, (short)0x7FFF);
        Write(data, (short)0);
        Write(data, unchecked((short)0xFFFF));

        var metadata = new MemoryStream();
        WriteHeader(metadata, "Metadata");
        Write(metadata, 3);
        metadata.WriteByte(0);
        Write(metadata, offset);
        Write(metadata, data.Length - offset);
        Write(metadata, (short)0);
        metadata.WriteByte((byte)rankPower);
        return (Footers.Add(metadata.ToArray()), Footers.Add(data.ToArray()));
    }

    private void WriteHeader(MemoryStream output, string kind)
    {
        var magic = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(magic, CodecHeader.Magic);
        output.Write(magic);
        WriteString(output, $"Lucene{(littleEndian ? 90 : 80)}DocValues{kind}");
        output.Write([0, 0, 0, 0]);
        output.Write(Id);
        WriteString(output, "1_F_0");
    }

    private void WriteBlock(MemoryStream output, int number, int[] documents)
    {
        Write(output, (short)number);
        Write(output, unchecked((short)(documents.Length - 1)));
        if (documents.Length == BlockDocuments)
        {
            return;
        }

        if (documents.Length < 4_096)
        {
            foreach (var document in documents)
            {
                Write(output, unchecked((short)document));
            }

            return;
        }

        if (rankPower >= 0)
        {
            // A reader of all has no use for the ranks; what it must do is to skip them.
            output.Write([.. Enumerable.Repeat((byte)0xA5, (BlockDocuments >> rankPower) * 2)]);
        }

        var words = new ulong[BlockDocuments / 64];
        foreach (var document in documents)
        {
            words[document >> 6] |= 1UL << document;
        }

        foreach (var word in words)
        {
            Write(output, (long)word);
        }
    }

    private static void WriteString(MemoryStream output, string text)
    {
        output.WriteByte((byte)text.Length);
        output.Write(Encoding.ASCII.GetBytes(text));
    }

    private void Write(MemoryStream output, long value) => Write(output, value, 8);

    private void Write(MemoryStream output, int value) => Write(output, value, 4);

    private void Write(MemoryStream output, short value) => Write(output, value, 2);

    private void Write(MemoryStream output, long value, int length)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (littleEndian)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            output.Write(bytes[..length]);
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            output.Write(bytes[^length..]);
        }
    }
}
