using Portage.Lucene.Files;

namespace Portage.Lucene.Tests;

/// <summary>An index in memory, for tests that damage it, and that count what is read.</summary>
internal sealed class MemoryDirectory(Dictionary<string, byte[]> contents) : ILuceneDirectory
{
    private readonly List<(string Name, long Position, int Length)> _reads = [];

    public IReadOnlyDictionary<string, long> Files => contents.ToDictionary(file => file.Key, file => (long)file.Value.Length);

    public IReadOnlyList<(string Name, long Position, int Length)> Reads => _reads;

    public int OpenCount { get; private set; }

    public static MemoryDirectory Load(string folder) => new(ReadAll(folder));

    public static Dictionary<string, byte[]> ReadAll(string folder) =>
        new DirectoryInfo(folder).EnumerateFiles().ToDictionary(file => file.Name, file => File.ReadAllBytes(file.FullName));

    public ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken)
    {
        OpenCount++;
        return new(new MemoryFile(this, name, contents[name]));
    }

    private sealed class MemoryFile(MemoryDirectory directory, string name, byte[] bytes) : ILuceneFile
    {
        public long Length => bytes.Length;

        public ValueTask ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
        {
            directory._reads.Add((name, position, destination.Length));
            if (position + destination.Length > bytes.Length)
            {
                throw new EndOfStreamException();
            }

            bytes.AsSpan((int)position, destination.Length).CopyTo(destination.Span);
            return default;
        }

        public ValueTask DisposeAsync()
        {
            directory.OpenCount--;
            return default;
        }
    }
}
