namespace Portage.Scenarios;

/// <summary>Waits for something that other processes bring about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    /// <summary>How long nothing may take. No result depends on it: it only ends a test that would hang.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns when the condition holds.</summary>
    public static Task Async(Func<bool> condition, string what) => Async(() => Task.FromResult(condition()), what);

    /// <summary>Returns when the condition holds.</summary>
    public static async Task Async(Func<Task<bool>> condition, string what)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"Waited {Patience.TotalSeconds:0} seconds in vain for {what}.");
            await Task.Delay(Interval, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
