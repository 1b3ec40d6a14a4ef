using Portage.Clusters.Failures;

namespace Portage.Steps.Connecting;

/// <summary>Asks a cluster again what it did not answer for a reason that passes.</summary>
internal static class PatientReading
{
    // With the waits between them about two minutes: a node that starts anew is back by then.
    private const int AttemptsMax = 8;
    private const double WaitSecondsMax = 30;

    /// <summary>Asks until there is an answer.</summary>
    /// <param name="ask">May be repeated.</param>
    /// <param name="why">Takes why it waits; null when it goes on.</param>
    /// <param name="stop">Ends the waiting, where somebody asked for an end.</param>
    /// <exception cref="OperationCanceledException">It waited when that was asked for.</exception>
    /// <exception cref="ClusterException">It failed too often, or for a reason that does not pass.</exception>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask, TimeProvider time, Action<string?> why, CancellationToken stop, CancellationToken cancellationToken)
    {
        var since = default(DateTimeOffset?);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await ask();
                why(null);
                return answer;
            }
            catch (ClusterException failure) when (attempt < AttemptsMax && ClusterAccess.Translate(failure, "").IsTransient)
            {
                since ??= time.GetUtcNow();
                var wait = TimeSpan.FromSeconds(Math.Min(WaitSecondsMax, Math.Pow(2, attempt - 1)));
                why(FormattableString.Invariant($"{failure.Message}, since {since.Value.UtcDateTime:HH:mm:ss} UTC; attempt {attempt} of {AttemptsMax}, next at {(time.GetUtcNow() + wait).UtcDateTime:HH:mm:ss}"));
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
                await Task.Delay(wait, time, either.Token);
            }
        }
    }
}
