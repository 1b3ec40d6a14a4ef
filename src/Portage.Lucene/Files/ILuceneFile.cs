namespace Portage.Lucene.Files;

/// <summary>One file, read by range.</summary>
/// <remarks>
/// Readers ask for small files whole, and for large ones in windows of about a megabyte, one after the other with the next one
/// or two already asked for while the last is used: implementations must allow concurrent calls.
/// </remarks>
public interface ILuceneFile : IAsyncDisposable
{
    /// <summary>In bytes.</summary>
    long Length { get; }

    /// <summary>Fills all of <paramref name="destination"/> with the bytes that start at <paramref name="position"/>.</summary>
    /// <exception cref="EndOfStreamException">The file ends before.</exception>
    ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken);
}
