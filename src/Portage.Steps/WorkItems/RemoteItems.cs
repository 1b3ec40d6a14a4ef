using System.Collections.Concurrent;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>The work items of a worker that this process helps. When the worker is gone all leases are over, and nothing is written any more.</summary>
internal sealed class RemoteItems : IWorkItems, IDisposable
{
    private readonly HelperLines _lines;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<HelperMessage>> _asked = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly Stream _from;
    private long _lastId;
    private volatile bool _isOver;

    /// <param name="from">What the worker says.</param>
    /// <param name="to">What is said to it.</param>
    public RemoteItems(Stream from, Stream to)
    {
        (_from, _lines) = (from, new(to));
        _ = ReadAsync();
    }

    /// <summary>Cancelled when the worker wants the batches under way to be finished, and no more.</summary>
    public CancellationToken StopRequested => _stop.Token;

    /// <summary>Cancelled when the worker is gone.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <inheritdoc/>
    public bool IsOver => _isOver;

    /// <inheritdoc/>
    public async ValueTask<IWorkLease?> TakeAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(new(0, HelperMessage.Take)) is not { Word: HelperMessage.Done, Item: { } item } taken)
        {
            return null;
        }

        return new Lease(this, WorkItem.Parse(item), taken.Token, taken.Position!, new(taken.From, taken.End));
    }

    /// <summary>Asks the worker to see that the targets of an index are what they were.</summary>
    /// <exception cref="StepException">They are not, or nobody can tell.</exception>
    public async Task CheckAsync(string index)
    {
        if (await AskAsync(new(0, HelperMessage.Check) { Item = index }) is { Because: { } because } failed)
        {
            throw new StepException(because, failed.IsTransient, null);
        }
    }

    /// <summary>Tells the worker why an item, or all of the work, cannot be done.</summary>
    /// <param name="item">Null for all of the work.</param>
    public Task FailAsync(WorkItem? item, StepException failure) =>
        AskAsync(new(0, HelperMessage.Fail) { Item = item?.ToString(), Because = failure.Because, IsTransient = failure.IsTransient });

    /// <inheritdoc/>
    public void Dispose()
    {
        // What still waits for a word of the worker ends with the process: nothing wakes it.
        _lines.Dispose();
        _stop.Dispose();
        _gone.Dispose();
    }

    private async Task<HelperMessage> AskAsync(HelperMessage question)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<HelperMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[id] = answer;
        try
        {
            if (_gone.IsCancellationRequested)
            {
                return new(id, HelperMessage.Lost);
            }

            await _lines.SayAsync(question with { Id = id });
            return await answer.Task;
        }
        catch (IOException)
        {
            return new(id, HelperMessage.Lost);
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    private async Task ReadAsync()
    {
        // The caller has a constructor to end.
        await Task.Yield();
        try
        {
            await ReadAllAsync();
        }
        catch (ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }

    private async Task ReadAllAsync()
    {
        await foreach (var message in HelperLines.ReadAsync(_from))
        {
            if (message.Word == HelperMessage.Stop)
            {
                await _stop.CancelAsync();
            }
            else if (_asked.TryGetValue(message.Id, out var asked))
            {
                _isOver |= message is { Word: HelperMessage.None, IsOver: true };
                asked.TrySetResult(message);
            }
        }

        _isOver = true;
        await _gone.CancelAsync();
        foreach (var (id, asked) in _asked)
        {
            asked.TrySetResult(new(id, HelperMessage.Lost));
        }
    }

    private sealed class Lease(RemoteItems all, WorkItem item, long token, ItemPosition position, PositionRange range) : IWorkLease
    {
        private volatile bool _isLost;

        public WorkItem Item => item;

        public long Token => token;

        public ItemPosition Position { get; private set; } = position;

        public PositionRange Left => range with { From = Position.Position + 1 };

        public void Assert()
        {
            if (_isLost || all.Gone.IsCancellationRequested)
            {
                throw new LeaseLostException(Item, Token);
            }
        }

        public async ValueTask MoveToAsync(ItemPosition to, ReadOnlyMemory<byte> findings)
        {
            Assert();
            var answer = await all.AskAsync(new(0, HelperMessage.Move) { Token = Token, Position = to, Findings = findings.IsEmpty ? null : findings.ToArray() });
            _isLost |= answer.Word == HelperMessage.Lost;
            Assert();
            Position = to;
        }

        public async ValueTask SetAsideAsync()
        {
            _isLost = true;
            await all.AskAsync(new(0, HelperMessage.SetAside) { Token = Token });
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isLost)
            {
                _isLost = true;
                await all.AskAsync(new(0, HelperMessage.GiveBack) { Token = Token });
            }
        }
    }
}
