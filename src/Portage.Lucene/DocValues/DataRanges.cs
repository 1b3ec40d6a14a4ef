using Portage.Lucene.Files;

namespace Portage.Lucene.DocValues;

/// <summary>Reads ranges of a <c>.dvd</c>, none of which may reach beyond the file.</summary>
internal sealed class DataRanges(ILuceneFile file, string name) : IAsyncDisposable
{
    /// <summary>What is read at once for some hundred documents is far below this; more is damage.</summary>
    private const int BytesMax = 1 << 28;

    public string Name => name;

    public ValueTask DisposeAsync() => file.DisposeAsync();

    /// <param name="offset">In the file.</param>
    public async ValueTask<byte[]> ReadAsync(long offset, long length, CancellationToken cancellationToken)
    {
        if (length is < 0 or > BytesMax || offset < 0 || offset > file.Length - CodecFooter.Bytes - length)
        {
            throw Corrupt(offset, $"a range within {file.Length} bytes", $"{length} bytes at {offset}");
        }

        var bytes = new byte[length];
        await file.ReadAsync(offset, bytes, cancellationToken);
        return bytes;
    }

    public CorruptIndexException Corrupt(long position, string expected, string found) => new(name, position, expected, found);
}
