using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

/// <summary>A file that several readers need is read to its end by one of them.</summary>
public sealed class FoundWholeTests
{
    private static readonly WholeFile File = new(0, "_3.fdt", 100, 7);
    private readonly FoundWhole _whole = new();
    private int _looks;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RequireAsync_SeveralReadersAtOnce_OneLooksAndTheOthersWait()
    {
        var looking = new TaskCompletionSource();
        var first = RequireAsync(_ => looking.Task);
        var second = RequireAsync(_ => throw new InvalidOperationException("It is looked at already."));
        Assert.False(first.IsCompleted || second.IsCompleted);

        looking.SetResult();
        await Task.WhenAll(first, second);
        await RequireAsync(_ => throw new InvalidOperationException("It was looked at."));
        Assert.Equal(1, _looks);
    }

    [Fact]
    public async Task RequireAsync_OfAnotherFile_LooksAtThatOne()
    {
        await RequireAsync(_ => Task.CompletedTask);
        await _whole.RequireAsync(File with { Checksum = 8 }, Look(_ => Task.CompletedTask), Cancellation);
        Assert.Equal(2, _looks);
    }

    [Fact]
    public async Task RequireAsync_OneFoundItDamaged_TellsTheOthersWithoutALook()
    {
        var looking = new TaskCompletionSource();
        var (first, second) = (RequireAsync(_ => looking.Task), RequireAsync(_ => Task.CompletedTask));
        looking.SetException(new CorruptBlobException("blob", "this", "that"));
        foreach (var reader in (Task[])[first, second, RequireAsync(_ => Task.CompletedTask)])
        {
            await Assert.ThrowsAsync<CorruptBlobException>(() => reader);
        }

        Assert.Equal(1, _looks);
    }

    [Fact]
    public async Task RequireAsync_WhoLookedWasStopped_TheNextOneLooks()
    {
        using var stop = new CancellationTokenSource();
        var first = _whole.RequireAsync(File, Look(token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)), stop.Token).AsTask();
        var second = RequireAsync(_ => Task.CompletedTask);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal(2, _looks);
    }

    private Task RequireAsync(Func<CancellationToken, Task> look) => _whole.RequireAsync(File, Look(look), Cancellation).AsTask();

    private Func<CancellationToken, ValueTask> Look(Func<CancellationToken, Task> look) => async token =>
    {
        _looks++;
        await look(token);
    };
}
