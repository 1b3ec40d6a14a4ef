namespace Portage.Snapshots.Shards;

/// <summary>Remembers which files of an index were read to their end and had the checksum that they should, so that it is done once.</summary>
public interface IWholeFiles
{
    /// <summary>Called before the first document of a file is handed out; returns when it is known to be whole.</summary>
    /// <param name="verify">Reads the file to its end and throws what is wrong with it. Called where that is not known yet, by one of several readers that need it at the same time.</param>
    /// <exception cref="Repositories.RepositoryException">What <paramref name="verify"/> threw.</exception>
    ValueTask RequireAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken);
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

    private sealed class Fixed(bool isWhole) : IWholeFiles
    {
        public ValueTask RequireAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken) => isWhole ? default : verify(cancellationToken);
    }
}
