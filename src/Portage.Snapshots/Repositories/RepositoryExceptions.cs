namespace Portage.Snapshots.Repositories;

/// <summary>A snapshot repository could not be read. What is thrown is always one of the types derived from this.</summary>
public abstract class RepositoryException : Exception
{
    private protected RepositoryException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What the blob belongs to, as <c>shard 0 of index 'logs'</c>: its path has a folder's id where people know a name. Null where it belongs to the repository.</summary>
    public string? Owner { get; internal set; }

    /// <inheritdoc/>
    public override string Message => Owner is { } owner ? $"{char.ToUpperInvariant(owner[0])}{owner[1..]}: {base.Message}" : base.Message;
}

/// <summary>There is nothing at the place where the repository should be.</summary>
/// <param name="hint">What is there or near it instead, as a sentence; null where nothing is.</param>
public sealed class RepositoryNotFoundException(string location, string? hint = null)
    : RepositoryException(hint is null ? $"There is no snapshot repository at '{location}': it does not exist." : $"There is no snapshot repository at '{location}'. {hint}")
{
    /// <summary>The place, as <see cref="IBlobStore.Location"/> says it.</summary>
    public string Location { get; } = location;
}

/// <summary>The place exists and holds nothing that belongs to a snapshot repository.</summary>
/// <param name="hint">Where one is, as a sentence; null where that is not known.</param>
public sealed class RepositoryEmptyException(string location, string found, string? hint = null)
    : RepositoryException($"'{location}' is not a snapshot repository: expected a blob 'index-N', found {found}.{(hint is null ? "" : $" {hint}")}")
{
    /// <summary>The place, as <see cref="IBlobStore.Location"/> says it.</summary>
    public string Location { get; } = location;

    /// <summary>What is there instead, in words.</summary>
    public string Found { get; } = found;
}

/// <summary>A blob that the repository's metadata names is not there.</summary>
public sealed class BlobNotFoundException(string path, string location)
    : RepositoryException($"Blob '{path}' is missing in the snapshot repository '{location}'.")
{
    /// <summary>Relative to the repository's root.</summary>
    public string Path { get; } = path;
}

/// <summary>The store refused or failed to read: permissions, a broken disk, a lost connection.</summary>
public sealed class BlobUnreadableException(string path, string location, Exception inner)
    : RepositoryException($"{(path.Length == 0 ? "The" : $"'{path}' in the")} snapshot repository '{location}' cannot be read: {inner.Message}", inner)
{
    /// <summary>Relative to the repository's root.</summary>
    public string Path { get; } = path;

    /// <summary>True where it may be read in a while, with nobody doing anything about it.</summary>
    public bool IsTransient { get; init; }
}

/// <summary>A blob does not hold what it should: truncated, altered, or not what its name says.</summary>
public sealed class CorruptBlobException(string path, string expected, string found, Exception? inner = null)
    : RepositoryException($"Blob '{path}' is corrupt: expected {expected}, found {found}.", inner)
{
    /// <summary>Relative to the repository's root.</summary>
    public string Path { get; } = path;

    /// <summary>What should be there, in words.</summary>
    public string Expected { get; } = expected;

    /// <summary>What is there, in words.</summary>
    public string Found { get; } = found;
}

/// <summary>The repository, or one thing in it, is of a format that Portage knows of and cannot read yet.</summary>
public sealed class UnsupportedRepositoryException(string format, string where, Exception? inner = null)
    : RepositoryException($"{format}; Portage cannot read it yet ('{where}').", inner)
{
    /// <summary>The era or format, as <c>OpenSearch shallow snapshot (the data is in a remote store)</c>.</summary>
    public string Format { get; } = format;

    /// <summary>Where it was met: a location, or a path relative to the repository's root.</summary>
    public string Where { get; } = where;
}

/// <summary>The repository holds no snapshot of that name or uuid.</summary>
public sealed class SnapshotNotFoundException(string snapshot, string location, IReadOnlyList<string> known)
    : RepositoryException($"There is no snapshot '{snapshot}' in '{location}': {Among("the repository holds", known)}.")
{
    /// <summary>The name or uuid asked for.</summary>
    public string Snapshot { get; } = snapshot;

    /// <summary>The names of the snapshots that are there.</summary>
    public IReadOnlyList<string> Known { get; } = known;

    // A repository of hourly snapshots has thousands; a message shows a handful, the property has them all.
    internal static string Among(string lead, IReadOnlyList<string> known) => known.Count switch
    {
        0 => $"{lead} none",
        <= NamesMax => $"{lead} '{string.Join("', '", known)}'",
        _ => $"{lead} '{string.Join("', '", known.Take(NamesMax))}' and {known.Count - NamesMax} more",
    };

    private const int NamesMax = 10;
}

/// <summary>The snapshot was still being taken when the repository's root was written, so that it has no metadata.</summary>
public sealed class SnapshotUnfinishedException(string snapshot, string path)
    : RepositoryException($"Snapshot '{snapshot}' is not finished: its blob '{path}' has not been written.")
{
    /// <summary>The snapshot's name.</summary>
    public string Snapshot { get; } = snapshot;
}

/// <summary>The snapshot holds no index of that name.</summary>
public sealed class IndexNotFoundException(string index, string snapshot, IReadOnlyList<string> known)
    : RepositoryException($"There is no index '{index}' in snapshot '{snapshot}': {SnapshotNotFoundException.Among("it holds", known)}.")
{
    /// <summary>The name asked for.</summary>
    public string Index { get; } = index;

    /// <summary>The names of the indices that are there.</summary>
    public IReadOnlyList<string> Known { get; } = known;
}

/// <summary>
/// A shard that the snapshot itself says it could not save (the snapshot is PARTIAL or FAILED). Nothing is broken: the
/// data was never there.
/// </summary>
public sealed class ShardMissingException(string index, int shard, string snapshot, string reason)
    : RepositoryException($"Shard {shard} of index '{index}' is not in snapshot '{snapshot}': it was not saved when the snapshot was taken ({reason}).")
{
    /// <summary>The index.</summary>
    public string Index { get; } = index;

    /// <summary>The shard's number.</summary>
    public int Shard { get; } = shard;

    /// <summary>Why it was not saved, as the cluster that took the snapshot put it.</summary>
    public string Reason { get; } = reason;
}
