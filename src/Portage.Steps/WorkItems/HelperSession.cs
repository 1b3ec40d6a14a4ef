using System.Collections.Concurrent;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>One process that helps, as its worker sees it: what it asks is answered, and its items wait again when it is gone.</summary>
internal sealed class HelperSession : IAsyncDisposable
{
    private readonly IHelper _helper;
    private readonly LeasedItems _items;
    private readonly HelperDuties _duties;
    private readonly HelperLines _lines;
    private readonly ConcurrentDictionary<long, IWorkLease> _leases = new();
    private readonly ConcurrentDictionary<long, Task> _answering = new();

    public HelperSession(IHelper helper, LeasedItems items, HelperDuties duties)
    {
        (_helper, _items, _duties, _lines) = (helper, items, duties, new(helper.To));
        Over = RunAsync();
    }

    /// <summary>Ends when the process has; its items wait again by then.</summary>
    public Task Over { get; }

    /// <summary>The process.</summary>
    public int Process => _helper.Process;

    /// <summary>True when something was moved forward by it.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>True when it was asked to end.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Asks it to finish the batches that are under way, and to end; returns when it has.</summary>
    public async Task StopAsync()
    {
        IsStopping = true;
        try
        {
            await _lines.SayAsync(new(0, HelperMessage.Stop));
        }
        catch (IOException)
        {
            // It is gone.
        }

        await Over;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _helper.DisposeAsync();
        await Over;
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        await foreach (var asked in HelperLines.ReadAsync(_helper.From))
        {
            // Several readers ask at the same time, and one of them may wait long.
            _answering[asked.Id] = AnswerAsync(asked);
        }

        // Before anybody else has its items nothing of it may be on its way.
        await _helper.DisposeAsync();
        _items.Revoke(this);
        await Task.WhenAll(_answering.Values);

        // What was asked for last may have been given after that.
        _items.Revoke(this);
        _lines.Dispose();
    }

    private async Task AnswerAsync(HelperMessage asked)
    {
        await Task.Yield();
        try
        {
            await _lines.SayAsync(await AnswerOfAsync(asked) with { Id = asked.Id });
        }
        catch (IOException)
        {
            // It is gone, which ends the reading as well.
        }
        finally
        {
            _answering.TryRemove(asked.Id, out _);
        }
    }

    private async Task<HelperMessage> AnswerOfAsync(HelperMessage asked)
    {
        try
        {
            switch (asked.Word)
            {
                case HelperMessage.Take:
                    return await TakeAsync();
                case HelperMessage.Move when _leases.TryGetValue(asked.Token, out var lease):
                    await lease.MoveToAsync(asked.Position!, asked.Findings);
                    HasMoved = true;
                    return new(0, HelperMessage.Done);
                case HelperMessage.GiveBack when _leases.TryRemove(asked.Token, out var lease):
                    await lease.DisposeAsync();
                    return new(0, HelperMessage.Done);
                case HelperMessage.SetAside when _leases.TryRemove(asked.Token, out var lease):
                    await lease.SetAsideAsync();
                    return new(0, HelperMessage.Done);
                case HelperMessage.Check:
                    await _duties.Check(asked.Item!);
                    return new(0, HelperMessage.Done);
                case HelperMessage.Fail:
                    _duties.Fail(asked.Item is { } item ? WorkItem.Parse(item) : null, new StepException(asked.Because!, asked.IsTransient, null));
                    return new(0, HelperMessage.Done);
                default:
                    return new(0, HelperMessage.Lost);
            }
        }
        catch (LeaseLostException)
        {
            return new(0, HelperMessage.Lost);
        }
        catch (StepException failure)
        {
            return new(0, HelperMessage.Lost) { Because = failure.Because, IsTransient = failure.IsTransient };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Of this process: its disk, or another worker that has the step by now.
            _duties.Break(failure);
            return new(0, HelperMessage.Lost);
        }
    }

    private async Task<HelperMessage> TakeAsync()
    {
        if (await _items.TakeAsync(this, CancellationToken.None) is not { } lease)
        {
            return new(0, HelperMessage.None) { IsOver = _items.IsOver };
        }

        _leases[lease.Token] = lease;
        var left = lease.Left;
        return new(0, HelperMessage.Done) { Item = lease.Item.ToString(), Token = lease.Token, Position = lease.Position, From = left.From, End = left.End };
    }
}

/// <summary>What a worker does for those that help it.</summary>
/// <param name="Check">Sees that the targets of an index are what they were; throws a <see cref="StepException"/> where they are not.</param>
/// <param name="Fail">Takes why an item cannot be done, or all of the work.</param>
/// <param name="Break">Takes what went wrong in this process.</param>
internal sealed record HelperDuties(Func<string, Task> Check, Action<WorkItem?, StepException> Fail, Action<Exception> Break);
