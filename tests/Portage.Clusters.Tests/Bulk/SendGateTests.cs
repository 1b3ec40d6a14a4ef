using Portage.Clusters.Bulk;

namespace Portage.Clusters.Tests.Bulk;

public sealed class SendGateTests
{
    private readonly BulkTuning _tuning = new() { Connections = 4 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_MoreThanAllowed_LetsTheOldestGoFirst()
    {
        _tuning.Connections = 1;
        var gate = new SendGate(_tuning);
        var mark = await gate.EnterAsync(0, Cancellation);
        var (third, second) = (gate.EnterAsync(2, Cancellation), gate.EnterAsync(1, Cancellation));
        Assert.False(second.IsCompleted);
        gate.Leave(mark, false);
        await second;
        Assert.False(third.IsCompleted);
        gate.Leave(mark, false);
        await third;
    }

    [Fact]
    public async Task Leave_PushedBackAllAtOnce_HalvesOnce()
    {
        var gate = new SendGate(_tuning);
        var marks = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            marks.Add(await gate.EnterAsync(i, Cancellation));
        }

        marks.ForEach(mark => gate.Leave(mark, true));
        Assert.Equal(2, gate.Allowed);
        gate.Leave(await gate.EnterAsync(9, Cancellation), true);
        Assert.Equal(1, gate.Allowed);
        gate.Leave(await gate.EnterAsync(9, Cancellation), true);
        Assert.Equal(1, gate.Allowed);
    }

    [Fact]
    public async Task Leave_SuccessesInARow_AllowOneMore()
    {
        var gate = new SendGate(_tuning);
        gate.Leave(await gate.EnterAsync(0, Cancellation), true);
        Assert.Equal(2, gate.Allowed);
        async Task SucceedAsync() => gate.Leave(await gate.EnterAsync(0, Cancellation), false);
        await SucceedAsync();
        Assert.Equal(2, gate.Allowed);
        await SucceedAsync();
        Assert.Equal(3, gate.Allowed);
        for (var i = 0; i < 3; i++)
        {
            await SucceedAsync();
        }

        Assert.Equal(4, gate.Allowed);
        _tuning.Connections = 9;
        Assert.Equal(9, gate.Allowed);
    }

    [Fact]
    public async Task LetGo_PausedAndResumed_LetsGoOnlyThen()
    {
        _tuning.Connections = 0;
        var gate = new SendGate(_tuning);
        _tuning.Changed += gate.LetGo;
        var entering = gate.EnterAsync(0, Cancellation);
        Assert.False(entering.IsCompleted);
        _tuning.Connections = 1;
        await entering;
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesTheTurnToTheNext()
    {
        _tuning.Connections = 1;
        var gate = new SendGate(_tuning);
        var mark = await gate.EnterAsync(0, Cancellation);
        using var cancelled = new CancellationTokenSource();
        var (first, second) = (gate.EnterAsync(1, cancelled.Token), gate.EnterAsync(2, Cancellation));
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Leave(mark, false);
        await second;
    }

    [Fact]
    public void Backoff_FailuresInARow_DoubleUpToTheMost()
    {
        var backoff = new BulkBackoff();
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(1, 8).Select(failures => backoff.After(failures, null, 0).TotalSeconds));
        Assert.Equal(15, backoff.After(int.MaxValue, null, 1).TotalSeconds);
        Assert.Equal(7, backoff.After(1, TimeSpan.FromSeconds(7), 0.3).TotalSeconds);
        Assert.Equal(300, backoff.After(1, TimeSpan.FromDays(9), 0).TotalSeconds);
        Assert.Equal(0.5, backoff.After(1, TimeSpan.FromSeconds(-9), 0).TotalSeconds);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    public void Tuning_ConnectionsOutOfRange_Throws(int connections) => Assert.Throws<ArgumentOutOfRangeException>(() => _tuning.Connections = connections);
}
