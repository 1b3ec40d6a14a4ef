using Portage.Lucene.StoredFields;

namespace Portage.Lucene.LiveDocs;

/// <summary>Goes over the live documents of a segment, one by one, without allocating for any of them.</summary>
public sealed class LiveDocumentReader : IAsyncDisposable
{
    private readonly StoredFieldsReader _reader;
    private readonly LiveDocuments _live;
    private StoredChunk? _chunk;
    private int _index;

    internal LiveDocumentReader(StoredFieldsReader reader, LiveDocuments live) => (_reader, _live) = (reader, live);

    /// <summary>Id, within the segment, of the current document.</summary>
    public int Document { get; private set; } = -1;

    /// <summary>Bytes of the <c>.fdt</c> used so far; see <see cref="StoredFieldsReader.Position"/>.</summary>
    public long Position => _reader.Position;

    /// <summary>Bytes of the <c>.fdt</c>.</summary>
    public long Length => _reader.Length;

    /// <summary>The stored fields of the current document; valid until the next <see cref="MoveNextAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no current document.</exception>
    public StoredFieldCursor Fields =>
        _chunk is null ? throw new InvalidOperationException("There is no current document.") : _chunk.Fields(_index);

    /// <summary>Moves to the next live document, the first one to begin with.</summary>
    /// <returns>False after the last one, when the whole file has been read and its checksum compared.</returns>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken) =>
        MoveInChunk() ? new(true) : MoveToChunkAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    private bool MoveInChunk()
    {
        if (_chunk is not null)
        {
            while (++_index < _chunk.DocumentCount)
            {
                Document = _chunk.FirstDocument + _index;
                if (_live.IsLive(Document))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async ValueTask<bool> MoveToChunkAsync(CancellationToken cancellationToken)
    {
        do
        {
            _chunk = await _reader.ReadChunkAsync(cancellationToken);
            _index = -1;
            if (_chunk is null)
            {
                return false;
            }
        }
        while (!MoveInChunk());
        return true;
    }
}
