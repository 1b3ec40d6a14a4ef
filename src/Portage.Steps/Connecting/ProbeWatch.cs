using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Steps.Connecting;

/// <summary>Waits for what is asked, but not as long as work does: somebody sits there and looks.</summary>
/// <param name="slow">Told where, and of what, no answer has come for a moment.</param>
public sealed class ProbeWatch(TimeProvider time, Action<string, string> slow)
{
    /// <summary>How long one cluster or repository is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // What answers does so sooner.
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(2);

    /// <summary>Asks, and gives what was found.</summary>
    /// <param name="path">Where it is configured.</param>
    /// <param name="place">What is asked, as its address.</param>
    /// <param name="kind">What it means that no answer comes.</param>
    /// <param name="longer">What waits longer, as a sentence.</param>
    /// <param name="ask">Ends when it is cancelled.</param>
    public async Task<ProbeResult> AskAsync(string path, string place, DiagnosticKind kind, string longer, Func<CancellationToken, Task<string>> ask, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var answered = new CancellationTokenSource();
        var asking = ask(either.Token);
        try
        {
            if (await Task.WhenAny(asking, Task.Delay(SlowAfter, time, answered.Token)) != asking)
            {
                slow(path, place);
            }

            return new(path, await asking, null);
        }
        catch (StepException failure)
        {
            return new(path, "", failure.Because with { Path = failure.Because.Path ?? path });
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(path, "", kind.Error(path, $"{place} has not answered within {Limit.TotalSeconds:0} s, and is not waited for any longer here. {longer}") with { Command = "workflow configure validate --probe" });
        }
        finally
        {
            await answered.CancelAsync();
        }
    }
}
