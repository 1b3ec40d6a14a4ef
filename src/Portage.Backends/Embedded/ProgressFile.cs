using Portage.Engine.Ports;

namespace Portage.Backends.Embedded;

/// <summary>Publishes progress into a work folder, a few times a second at most, with the time at which it was true.</summary>
/// <remarks>Best effort: that nobody can read how far the work is must not end the work.</remarks>
/// <param name="folder">The folder.</param>
/// <param name="time">The clock.</param>
internal sealed class ProgressFile(WorkFolder folder, TimeProvider time)
{
    // Four looks a second are as many as an eye follows; more would only wear the disk.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    // Well below the time after which status takes a silent worker for one that does not answer.
    private static readonly TimeSpan BeatInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private StepProgress? _newest;
    private DateTimeOffset _movedAt;
    private long? _written;

    /// <summary>Takes the newest word.</summary>
    public void Publish(StepProgress progress)
    {
        lock (_gate)
        {
            if (_newest is null || _newest.Done != progress.Done)
            {
                _movedAt = time.GetUtcNow();
            }

            _newest = progress;
            if (_written is { } then && time.GetElapsedTime(then) < Interval && (progress.Total is null || progress.Done < progress.Total))
            {
                return;
            }

            Write();
        }
    }

    /// <summary>Says again what was said last, so that whoever reads it knows that somebody is there.</summary>
    public void Beat()
    {
        lock (_gate)
        {
            if (_newest is not null && _written is { } then && time.GetElapsedTime(then) >= BeatInterval)
            {
                Write();
            }
        }
    }

    private void Write()
    {
        _written = time.GetTimestamp();
        try
        {
            folder.Publish(_newest! with { At = time.GetUtcNow(), MovedAt = _movedAt });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Status says then that nothing was heard for a while; what the step itself must keep, it keeps, or fails.
        }
    }
}
