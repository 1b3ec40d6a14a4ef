namespace Portage.Clusters;

/// <summary>A request that a cluster has not answered for a while.</summary>
/// <param name="Endpoint">The cluster.</param>
/// <param name="Request">As <c>POST /_bulk</c>.</param>
/// <param name="Since">When it was sent.</param>
/// <param name="Limit">How long an answer is waited for.</param>
public sealed record ClusterSilence(string Endpoint, string Request, DateTimeOffset Since, TimeSpan Limit)
{
    /// <summary>As <c>http://blue:9200 has not answered POST /_bulk since 22:31:05 UTC; it is waited for until 22:32:05, and then tried again</c>.</summary>
    public string Describe() =>
        FormattableString.Invariant($"{Endpoint} has not answered {Request} since {Since.UtcDateTime:HH:mm:ss} UTC; it is waited for until {(Since + Limit).UtcDateTime:HH:mm:ss}, and then tried again");
}

/// <summary>Watches one request, and tells when it is not answered.</summary>
internal sealed class SilenceWatch : IDisposable
{
    // A healthy cluster answers sooner, and who looks twice should see why nothing moves.
    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);

    private readonly Action<object, ClusterSilence?> _tell;
    private readonly ClusterSilence _silence;
    private readonly ITimer _timer;
    private int _state;

    public SilenceWatch(ClusterSilence silence, Action<object, ClusterSilence?> tell, TimeProvider time)
    {
        (_silence, _tell) = (silence, tell);
        _timer = time.CreateTimer(static watch => ((SilenceWatch)watch!).Tell(), this, After, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timer.Dispose();

        // Whoever was told is told that it is over; who was not never will be.
        if (Interlocked.Exchange(ref _state, 2) == 1)
        {
            _tell(this, null);
        }
    }

    private void Tell()
    {
        if (Interlocked.CompareExchange(ref _state, 1, 0) == 0)
        {
            _tell(this, _silence);
        }
    }
}
