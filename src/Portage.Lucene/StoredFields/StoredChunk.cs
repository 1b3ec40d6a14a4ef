namespace Portage.Lucene.StoredFields;

/// <summary>Some documents that follow each other in a segment, decompressed.</summary>
/// <remarks>
/// The reader has one chunk and fills it again and again: it, its cursors and all memory they gave are valid until the next read.
/// Deleted documents are among them; see <see cref="LiveDocs.LiveDocuments"/>.
/// </remarks>
public sealed class StoredChunk
{
    private byte[] _buffer = [];
    private int[] _ends = [];
    private int[] _fieldCounts = [];
    private int _skipped;
    private DocumentEncoding _encoding;

    internal StoredChunk(string file) => File = file;

    /// <summary>Id, within the segment, of the first document here.</summary>
    public int FirstDocument { get; private set; }

    /// <summary>How many documents there are; at least one.</summary>
    public int DocumentCount { get; private set; }

    /// <summary>Bytes of these documents, decompressed.</summary>
    public long ByteCount => DocumentCount == 0 ? 0 : _ends[_skipped + DocumentCount] - _ends[_skipped];

    internal string File { get; }

    internal long Position { get; private set; }

    /// <summary>The stored fields of one document.</summary>
    /// <param name="index">0 for <see cref="FirstDocument"/>.</param>
    public StoredFieldCursor Fields(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)DocumentCount);
        var slot = _skipped + index;
        return new(this, _buffer, _ends[slot], _ends[slot + 1], _fieldCounts[slot], FirstDocument + index, _encoding);
    }

    /// <param name="position">Of the chunk in the file.</param>
    /// <param name="ends">Where each document ends in the buffer, one place further on; the first place says where the first begins.</param>
    /// <param name="skipped">Documents at the beginning that were not asked for.</param>
    internal void Set(long position, int firstDocument, int documentCount, int skipped, byte[] buffer, int[] ends, int[] fieldCounts, DocumentEncoding encoding)
    {
        (Position, FirstDocument, DocumentCount, _skipped) = (position, firstDocument + skipped, documentCount - skipped, skipped);
        (_buffer, _ends, _fieldCounts, _encoding) = (buffer, ends, fieldCounts, encoding);
    }
}
