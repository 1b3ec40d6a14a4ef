namespace Portage.Lucene.Files;

/// <summary>A range of another file, which it owns: a file inside a compound file.</summary>
internal sealed class FileSlice(ILuceneFile whole, long offset, long length) : ILuceneFile
{
    public long Length { get; } = length;

    public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken) =>
        position < 0 || position > Length - destination.Length
            ? throw new EndOfStreamException($"{destination.Length} bytes at {position} reach over the end of {Length}.")
            : whole.ReadAsync(offset + position, destination, cancellationToken);

    public ValueTask DisposeAsync() => whole.DisposeAsync();
}
