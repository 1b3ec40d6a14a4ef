namespace Portage.Snapshots.Shards;

/// <summary>Remembers which files of an index were read to their end and had the checksum that they should, so that it is done once.</summary>
public interface IWholeFiles
{
    /// <summary>True where the file was added, or need not be looked at.</summary>
    bool Contains(WholeFile file);

    /// <summary>Called when the file was found whole, before the first document of it is handed out.</summary>
    ValueTask AddAsync(WholeFile file, CancellationToken cancellationToken);
}

/// <summary>A file of a shard by what tells it from any other.</summary>
/// <param name="Shard">The shard's number.</param>
/// <param name="Name">As its commit names it: <c>_3.fdt</c>, also when it lies inside <c>_3.cfs</c>.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Checksum">CRC-32 of its bytes, which is also what its footer says.</param>
public sealed record WholeFile(int Shard, string Name, long Length, uint Checksum);

/// <summary>What is remembered where nothing needs to be.</summary>
public static class WholeFiles
{
    /// <summary>Every file is read to its end before its first document is handed out.</summary>
    public static IWholeFiles None { get; } = new Fixed(false);

    /// <summary>No file is: for who compares what is read with something else, and does nothing where they differ.</summary>
    public static IWholeFiles Unchecked { get; } = new Fixed(true);

    private sealed class Fixed(bool contains) : IWholeFiles
    {
        public bool Contains(WholeFile file) => contains;

        public ValueTask AddAsync(WholeFile file, CancellationToken cancellationToken) => default;
    }
}
