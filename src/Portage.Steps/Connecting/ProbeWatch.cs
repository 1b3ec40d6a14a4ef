using System.Runtime.CompilerServices;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Steps.Connecting;

/// <summary>One cluster or repository to ask.</summary>
/// <param name="Path">Where it is configured.</param>
/// <param name="Place">What is asked, as its address.</param>
/// <param name="Silent">What it means that no answer comes.</param>
/// <param name="Longer">What waits longer, as a sentence.</param>
/// <param name="Ask">Says what it is. May be left alone when it is cancelled and does not end.</param>
public sealed record ProbeAsked(string Path, string Place, DiagnosticKind Silent, string Longer, Func<CancellationToken, Task<string>> Ask);

/// <summary>Asks side by side, and waits, but not as long as work does: somebody sits there and looks.</summary>
/// <param name="slow">Told where, and of what, no answer has come for a moment; never while a result is handed out.</param>
public sealed class ProbeWatch(TimeProvider time, Action<string, string> slow)
{
    /// <summary>How long one cluster or repository is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // What answers does so sooner.
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(2);

    // So that a long list opens no hundreds of connections at once.
    private const int TogetherMax = 16;

    /// <summary>What was found, in the order in which it is asked.</summary>
    public async IAsyncEnumerable<ProbeResult> AllAsync(IEnumerable<ProbeAsked> all, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            foreach (var together in all.Chunk(TogetherMax))
            {
                var moment = Task.Delay(SlowAfter, time, over.Token);
                var isTold = false;
                var asking = together.Select(one => (Asked: one, Result: AskAsync(one, over.Token))).ToArray();
                foreach (var (_, result) in asking)
                {
                    if (!isTold && await Task.WhenAny(result, moment) != result)
                    {
                        isTold = true;
                        cancellationToken.ThrowIfCancellationRequested();
                        foreach (var (asked, _) in asking.Where(one => !one.Result.IsCompleted))
                        {
                            slow(asked.Path, asked.Place);
                        }
                    }

                    yield return await result;
                }
            }
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task<ProbeResult> AskAsync(ProbeAsked one, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var token = either.Token;
        try
        {
            // A folder of a server that is away blocks whoever looks into it.
            return new(one.Path, await Task.Run(() => one.Ask(token), token).WaitAsync(token), null);
        }
        catch (StepException failure)
        {
            return new(one.Path, "", failure.Because with { Path = failure.Because.Path ?? one.Path });
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(one.Path, "", one.Silent.Error(one.Path, $"{one.Place} has not answered within {Limit.TotalSeconds:0} s, and is not waited for any longer here. {one.Longer}") with { Command = "workflow configure validate --probe" });
        }
    }
}
