using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Tests.Repositories;

/// <summary>Many at once, and told as if it had been one after the other.</summary>
public sealed class ParallelReadsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InOrderAsync_LastAnswersFirst_GivesThemInOrderAndNoMoreAtOnce()
    {
        var waiting = Enumerable.Range(0, 6).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var (under, most) = (0, 0);
        var all = ParallelReads.InOrderAsync(Enumerable.Range(0, 6), 3, ReadAsync, Cancelled).ToListAsync(Cancelled).AsTask();
        foreach (var number in (int[])[2, 1, 0, 5, 4, 3])
        {
            waiting[number].SetResult();
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], await all);
        Assert.Equal(3, most);

        async Task<int> ReadAsync(int number, CancellationToken cancellationToken)
        {
            most = Math.Max(most, Interlocked.Increment(ref under));
            await waiting[number].Task;
            Interlocked.Decrement(ref under);
            return number;
        }
    }

    /// <summary>What was under way is ended and waited for before the failure is told.</summary>
    [Fact]
    public async Task InOrderAsync_SeveralFail_TellsTheFirstInOrder()
    {
        var (second, ended) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        var all = ParallelReads.InOrderAsync(Enumerable.Range(0, 4), 4, ReadAsync, Cancelled).ToListAsync(Cancelled);
        Assert.Equal("1", (await Assert.ThrowsAsync<IOException>(async () => await all)).Message);
        Assert.Equal(1, ended);

        async Task<int> ReadAsync(int number, CancellationToken cancellationToken)
        {
            switch (number)
            {
                case 1:
                    await second.Task;
                    throw new IOException("1");
                case 2:
                    second.SetResult();
                    throw new IOException("2");
                case 3:
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                    }
                    finally
                    {
                        ended++;
                    }

                    break;
            }

            return number;
        }
    }
}
