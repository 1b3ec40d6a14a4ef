using Portage.Lucene.Files;

namespace Portage.Fuzz.Targets;

/// <summary>The files of a Lucene index, one of them replaced.</summary>
internal sealed class FilesInMemory(IReadOnlyDictionary<string, byte[]> contents, string replaced, byte[] by) : ILuceneDirectory
{
    public IReadOnlyDictionary<string, long> Files { get; } = contents.ToDictionary(file => file.Key, file => (long)(file.Key == replaced ? by : file.Value).Length, StringComparer.Ordinal);

    public ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken) => new(new Content(name == replaced ? by : contents[name]));

    private sealed class Content(byte[] bytes) : ILuceneFile
    {
        public long Length => bytes.Length;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            if (position < 0 || position > bytes.Length - destination.Length)
            {
                throw new EndOfStreamException();
            }

            bytes.AsSpan((int)position, destination.Length).CopyTo(destination.Span);
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
