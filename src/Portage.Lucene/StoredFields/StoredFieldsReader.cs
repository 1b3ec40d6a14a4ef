namespace Portage.Lucene.StoredFields;

/// <summary>Scans the stored fields of a segment from one document to the last, chunk by chunk.</summary>
/// <remarks>
/// Memory is that of the chunk, its compressed form and the windows that are read ahead: a few megabytes, or a few times the
/// largest document. Before the last chunk is handed out, the checksum of the file is compared (see <see cref="StoredFieldsOptions"/>),
/// so that no damaged file is ever read to its end without an error. Lucene before 4.8 wrote none.
/// </remarks>
public abstract class StoredFieldsReader : IAsyncDisposable
{
    private protected StoredFieldsReader()
    {
    }

    /// <summary>The next document to come.</summary>
    public abstract int NextDocument { get; }

    /// <summary>Position in the <c>.fdt</c>, in bytes of its compressed form: what has been used so far.</summary>
    public abstract long Position { get; }

    /// <summary>Length of the <c>.fdt</c> in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Decompresses the next chunk.</summary>
    /// <returns>The same object each time, filled anew; null after the last document.</returns>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    public abstract ValueTask<StoredChunk?> ReadChunkAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
