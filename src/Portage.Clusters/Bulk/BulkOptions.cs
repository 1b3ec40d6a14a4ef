namespace Portage.Clusters.Bulk;

/// <summary>What stays the same while a pipeline runs.</summary>
public sealed record BulkOptions
{
    /// <summary>True compresses the bodies with gzip: less network, more CPU. Default false.</summary>
    public bool Gzip { get; init; }

    /// <summary>How long to wait before what failed is sent again.</summary>
    public BulkBackoff Backoff { get; init; } = new();

    /// <summary>The bytes that batches may hold; may be shared with others. Default one of its own, of 128 MiB.</summary>
    public ByteBudget Budget { get; init; } = new(128 * 1024 * 1024);

    /// <summary>Asked before each request; what it throws ends the run, but for a target that cannot be reached at the moment. Default null: nobody is asked.</summary>
    public Func<CancellationToken, Task>? BeforeSend { get; init; }
}

/// <summary>
/// How long to wait before what failed is sent again: doubled with each failure in a row, and each time shortened by
/// chance by up to half, so that many workers do not come back at once.
/// </summary>
public sealed record BulkBackoff
{
    /// <summary>The longest first wait. Default 0.5 s.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait. A longer one that the target asks for (<c>Retry-After</c>) is kept, up to ten times this. Default 30 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long one batch may go on failing before the run ends with the reason; null, the default, never gives up:
    /// <see cref="BulkPipeline.State"/> says why it waits, and the person decides.
    /// </summary>
    public TimeSpan? ElapsedMax { get; init; }

    /// <summary>The wait after this many failures in a row, the first being 1.</summary>
    internal TimeSpan After(int failures, TimeSpan? askedFor, double chance)
    {
        // 2^40 half seconds are past any Max; the clamp keeps the double finite.
        var longest = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 40)), Max.TotalSeconds);
        var asked = Math.Min(askedFor?.TotalSeconds ?? 0, Max.TotalSeconds * 10);

        // Timers count in milliseconds.
        return TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(longest * (1 - (chance / 2)), asked) * 1000));
    }
}
