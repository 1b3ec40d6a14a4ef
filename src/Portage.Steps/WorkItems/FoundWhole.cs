using System.Runtime.ExceptionServices;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>
/// Remembers which files of an index this process has found whole, or damaged, so that each is read for it once, however many readers have a
/// range of it. The next process looks again: what was whole when a worker was killed may be damaged when another one goes on.
/// </summary>
internal sealed class FoundWhole : IWholeFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WholeFile, ExceptionDispatchInfo?> _found = [];
    private readonly Dictionary<WholeFile, TaskCompletionSource> _looking = [];

    /// <inheritdoc/>
    public async ValueTask RequireAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken)
    {
        while (!IsKnown(file, out var looking))
        {
            if (looking is null)
            {
                await VerifyAsync(file, verify, cancellationToken);
                return;
            }

            // Who looks may be stopped, as all readers are then, or fail to reach the repository: then the next one looks.
            await looking;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <param name="looking">Somebody else's look; null where it is for the caller to look now.</param>
    private bool IsKnown(WholeFile file, out Task? looking)
    {
        lock (_gate)
        {
            looking = null;
            if (_found.TryGetValue(file, out var damage))
            {
                damage?.Throw();
                return true;
            }

            if (_looking.TryGetValue(file, out var other))
            {
                looking = other.Task;
            }
            else
            {
                _looking.Add(file, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            return false;
        }
    }

    private async Task VerifyAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken)
    {
        try
        {
            await verify(cancellationToken);
            Say(file, null);
        }
        catch (CorruptBlobException damage)
        {
            Say(file, ExceptionDispatchInfo.Capture(damage));
            throw;
        }
        finally
        {
            TaskCompletionSource looked;
            lock (_gate)
            {
                _looking.Remove(file, out looked!);
            }

            looked.SetResult();
        }
    }

    private void Say(WholeFile file, ExceptionDispatchInfo? damage)
    {
        lock (_gate)
        {
            _found[file] = damage;
        }
    }
}
