namespace Portage.Clusters.Tests;

public sealed class ByteBudgetTests
{
    private const int Mega = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void TryRent_MoreThanThereIs_IsRefusedUntilSomeComeBack()
    {
        var budget = new ByteBudget(10 * Mega);
        var first = budget.TryRent(6 * Mega)!;
        Assert.Null(budget.TryRent(5 * Mega));
        var second = budget.TryRent(4 * Mega)!;
        Assert.Equal(10 * Mega, budget.BytesHeld);
        budget.Return(first);
        Assert.NotNull(budget.TryRent(5 * Mega));
        budget.Return(second);
    }

    [Fact]
    public void TryRent_OneThatIsLargerThanAll_IsGrantedAlone()
    {
        var budget = new ByteBudget(10 * Mega);
        var small = budget.TryRent(1)!;
        Assert.Null(budget.TryRent(30 * Mega));
        budget.Return(small);
        var large = budget.TryRent(30 * Mega)!;
        Assert.Equal(30 * Mega, large.Length);
        Assert.Null(budget.TryRent(1));
        budget.Return(large);
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public void Return_OfAboutTheSameSize_IsUsedAgain()
    {
        var budget = new ByteBudget(100 * Mega);
        var buffer = budget.TryRent((20 * Mega) + 5)!;
        budget.Return(buffer);
        Assert.Same(buffer, budget.TryRent(20 * Mega));
        Assert.NotSame(buffer, budget.TryRent(Mega));
    }

    [Fact]
    public async Task RentAsync_SeveralWait_GetTheirsInTheirOrder()
    {
        var budget = new ByteBudget(10 * Mega);
        var first = budget.TryRent(10 * Mega)!;
        var large = budget.RentAsync(10 * Mega, Cancellation);
        var small = budget.RentAsync(Mega, Cancellation);

        // It would fit beside none of them, but must not be served before who waits.
        budget.Return(first);
        var second = await large.WaitAsync(Cancellation);
        Assert.False(small.IsCompleted);
        Assert.Null(budget.TryRent(1));
        budget.Return(second);
        budget.Return(await small.WaitAsync(Cancellation));
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public async Task TryRent_SomebodyWaitsForMore_IsRefusedThoughItWouldFit()
    {
        var budget = new ByteBudget(10 * Mega);
        var first = budget.TryRent(6 * Mega)!;
        var waiting = budget.RentAsync(6 * Mega, Cancellation);
        Assert.Null(budget.TryRent(Mega));
        budget.Return(first);
        await waiting.WaitAsync(Cancellation);
        Assert.NotNull(budget.TryRent(Mega));
    }

    [Fact]
    public async Task RentAsync_GivesUpWaiting_LeavesItsTurnToTheNext()
    {
        var budget = new ByteBudget(Mega);
        var first = budget.TryRent(Mega)!;
        using var ends = new CancellationTokenSource();
        var waiting = budget.RentAsync(Mega, ends.Token);
        var next = budget.RentAsync(Mega, Cancellation);
        await ends.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        budget.Return(first);
        budget.Return(await next.WaitAsync(Cancellation));
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public async Task Borrow_MoreThanThereIs_IsGrantedAndOthersWaitForIt()
    {
        var budget = new ByteBudget(Mega);
        var loan = budget.Borrow(5 * Mega);
        Assert.Null(budget.TryRent(1));
        var waiting = budget.RentAsync(1, Cancellation);
        Assert.False(waiting.IsCompleted);
        loan.Dispose();
        loan.Dispose();
        budget.Return(await waiting.WaitAsync(Cancellation));
        Assert.Equal(0, budget.BytesHeld);
    }

    [Fact]
    public async Task BytesMax_IsRaised_LetsWhoWaitsGo()
    {
        var budget = new ByteBudget(Mega);
        Assert.NotNull(budget.TryRent(Mega));
        var waiting = budget.RentAsync(Mega, Cancellation);
        budget.BytesMax = 2 * Mega;
        Assert.NotNull(await waiting.WaitAsync(Cancellation));
    }
}
