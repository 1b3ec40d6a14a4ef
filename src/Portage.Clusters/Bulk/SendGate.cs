namespace Portage.Clusters.Bulk;

/// <summary>
/// Lets requests go, the oldest batch first, as many at a time as the user allows and the target bears: halved when the
/// target pushes back, one more after as many successes in a row as are allowed at a time. Thread-safe.
/// </summary>
internal sealed class SendGate(BulkTuning tuning)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource<int>, long> _waiting = new();
    private int _allowed = int.MaxValue;
    private int _successes;
    private int _decreases;

    /// <summary>Requests in flight.</summary>
    public int InFlight { get; private set; }

    /// <summary>Requests that may be in flight; 0 while paused.</summary>
    public int Allowed => Math.Min(_allowed, tuning.Connections);

    /// <summary>Waits until a request of the batch may go.</summary>
    /// <returns>A mark to hand to <see cref="Leave"/>.</returns>
    public async Task<int> EnterAsync(long sequence, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Enqueue(turn, sequence);
        }

        LetGo();
        if (turn.Task.IsCompleted)
        {
            return await turn.Task;
        }

        await using var registration = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        return await turn.Task;
    }

    /// <summary>The request has ended, one way or another.</summary>
    /// <param name="mark">From <see cref="EnterAsync"/>.</param>
    /// <param name="pushedBack">True when the target was overloaded; null when the end says nothing about that.</param>
    public void Leave(int mark, bool? pushedBack)
    {
        lock (_lock)
        {
            InFlight--;
            if (pushedBack == true)
            {
                _successes = 0;

                // Requests that were in flight together say the same thing once.
                if (mark == _decreases)
                {
                    _decreases++;
                    _allowed = Math.Max(1, Allowed / 2);
                }
            }
            else if (pushedBack == false && _allowed < tuning.Connections && ++_successes >= _allowed)
            {
                _successes = 0;
                _allowed++;
                if (_allowed >= tuning.Connections)
                {
                    // All is well again: what the user allows later is allowed at once.
                    _allowed = int.MaxValue;
                }
            }
        }

        LetGo();
    }

    /// <summary>Lets go whoever may; to be called when the tuning has changed.</summary>
    public void LetGo()
    {
        lock (_lock)
        {
            while (InFlight < Allowed && _waiting.TryDequeue(out var turn, out _))
            {
                // False when the wait was cancelled in the meantime.
                if (turn.TrySetResult(_decreases))
                {
                    InFlight++;
                }
            }
        }
    }
}
