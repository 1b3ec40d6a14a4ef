namespace Portage.Testing;

/// <summary>The one thread of a simulated process. Killed, nothing of it goes on, in the middle of whatever it was.</summary>
public sealed class ProcessContext(Queue<(ProcessContext Process, SendOrPostCallback Callback, object? State)> queue) : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>True once it was killed.</summary>
    public bool IsDead { get; set; }

    /// <summary>True once something of the process went on in another thread: whatever that thread does comes when the machine pleases, and nothing repeats any more.</summary>
    public bool HasEscaped { get; private set; }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        HasEscaped |= Environment.CurrentManagedThreadId != _thread;
        queue.Enqueue((this, d, state));
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here waits.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Begins something in the process; what of it has to wait goes on when the queue is worked off.</summary>
    public void Do(Action action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
