using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>Remembers which files of an index this process has found whole. The next process looks again: what was whole when a worker was killed may be damaged when another one goes on.</summary>
internal sealed class FoundWhole : IWholeFiles
{
    private readonly Lock _gate = new();
    private readonly HashSet<WholeFile> _found = [];

    /// <inheritdoc/>
    public bool Contains(WholeFile file)
    {
        lock (_gate)
        {
            return _found.Contains(file);
        }
    }

    /// <inheritdoc/>
    public ValueTask AddAsync(WholeFile file, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _found.Add(file);
        }

        return default;
    }
}
