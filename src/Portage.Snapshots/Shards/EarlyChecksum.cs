using Portage.Lucene;
using Portage.Lucene.Files;

namespace Portage.Snapshots.Shards;

/// <summary>
/// The checksum of files of Lucene before 4.8, which have none in themselves: Adler-32 of all their bytes, which Elasticsearch up to 1.2
/// took when it wrote them and their shard's list repeats.
/// </summary>
internal static class EarlyChecksum
{
    private const int WindowBytes = 1 << 20;
    private const uint Modulus = 65_521;

    // The sums of as many bytes fit into 32 bits.
    private const int RunBytes = 5_552;

    // What documents are read from; the others (terms, positions, vectors) may be as damaged as they like.
    private static readonly string[] Extensions = [".cfs", ".cfe", ".si", ".fnm", ".fdt", ".fdx", ".del"];

    /// <summary>Those of a segment's files that documents are read from and that no other checksum covers.</summary>
    public static IEnumerable<ShardFile> FilesOf(ShardSnapshot shard, string segment) =>
        from file in shard.Files.Values
        where file is { HasEarlyChecksum: true, Checksum: not null } && Extensions.Contains(Path.GetExtension(file.Name), StringComparer.Ordinal)
        let end = file.Name.Length == 0 ? 0 : file.Name.AsSpan(1).IndexOfAny('.', '_') + 1
        where end > 0 && file.Name.AsSpan(0, end).SequenceEqual(segment)
        orderby file.Name
        select file;

    /// <summary>Reads a file to its end, in windows.</summary>
    /// <exception cref="CorruptIndexException">Its bytes are not those that were listed.</exception>
    public static async ValueTask VerifyAsync(ILuceneFile content, ShardFile file, CancellationToken cancellationToken)
    {
        var window = new byte[Math.Min(content.Length, WindowBytes)];
        var (a, b) = (1u, 0u);
        for (var position = 0L; position < content.Length;)
        {
            var bytes = window.AsMemory(0, (int)Math.Min(window.Length, content.Length - position));
            await content.ReadAsync(position, bytes, cancellationToken);
            Add(bytes.Span, ref a, ref b);
            position += bytes.Length;
        }

        var found = (b << 16) | a;
        if (found != file.Checksum)
        {
            throw new CorruptIndexException(file.Name, 0, $"the checksum {file.Checksum:X8} (Adler-32), as the shard's list has it", $"{found:X8}");
        }
    }

    private static void Add(ReadOnlySpan<byte> bytes, ref uint a, ref uint b)
    {
        while (!bytes.IsEmpty)
        {
            var run = bytes[..Math.Min(bytes.Length, RunBytes)];
            foreach (var one in run)
            {
                a += one;
                b += a;
            }

            (a, b) = (a % Modulus, b % Modulus);
            bytes = bytes[run.Length..];
        }
    }
}
