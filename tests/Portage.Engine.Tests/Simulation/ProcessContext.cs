namespace Portage.Engine.Tests.Simulation;

/// <summary>The one thread of a simulated process. Killed, nothing of it goes on, in the middle of whatever it was.</summary>
internal sealed class ProcessContext(Queue<(ProcessContext Process, SendOrPostCallback Callback, object? State)> queue) : SynchronizationContext
{
    public bool IsDead { get; set; }

    public override void Post(SendOrPostCallback d, object? state) => queue.Enqueue((this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here waits.");

    public override SynchronizationContext CreateCopy() => this;

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
