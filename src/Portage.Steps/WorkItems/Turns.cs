namespace Portage.Steps.WorkItems;

/// <summary>Lets one after the other do something, in the order in which they came.</summary>
/// <remarks>Whoever waits goes on in its own context, and does not hold the one before: a simulated process has but one thread, which a semaphore would leave.</remarks>
internal sealed class Turns
{
    private Task _last = Task.CompletedTask;

    /// <summary>Waits for those that came before, and does it. Not from within another turn of the same.</summary>
    public async Task TakeAsync(Func<Task> work)
    {
        var own = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Interlocked.Exchange(ref _last, own.Task);
        try
        {
            await work();
        }
        finally
        {
            own.SetResult();
        }
    }
}
