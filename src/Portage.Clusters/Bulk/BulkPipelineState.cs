namespace Portage.Clusters.Bulk;

/// <summary>Why a batch waits to be sent again.</summary>
/// <param name="Why">In plain words, as <c>429 from the target</c> or <c>target unreachable: connection refused…</c>.</param>
/// <param name="Since">When the first failure in a row came.</param>
/// <param name="Retries">How many times in a row it failed.</param>
/// <param name="NextAt">When it is sent again.</param>
public sealed record BulkWait(string Why, DateTimeOffset Since, int Retries, DateTimeOffset NextAt)
{
    /// <summary>As <c>429 from the target, since 2026-11-01 22:31:05 UTC; attempt 3 failed, next at 22:31:40</c>, with the day: times, because it is read later, also when nothing waits any more.</summary>
    public string Describe(DateTimeOffset now) =>
        FormattableString.Invariant($"{Why}, since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; {(NextAt > now ? $"attempt {Retries} failed, next at {NextAt.UtcDateTime:HH:mm:ss}" : $"attempt {Retries + 1} now")}");
}

/// <summary>What a pipeline does at this moment.</summary>
/// <param name="InFlight">Requests that wait for their answer.</param>
/// <param name="ConnectionsAllowed">Requests that may be in flight: <see cref="BulkTuning.Connections"/>, or less when the target pushed back.</param>
/// <param name="BodyBytesAllowed">Body bytes of one request: <see cref="BulkLimits.BodyBytesMax"/>, or less when the target refused as much (413), or did not answer to it in time.</param>
/// <param name="OperationsDecided">Operations that the target, or the caller, has decided on, over the whole run.</param>
/// <param name="BytesSent">Body bytes sent, over the whole run.</param>
/// <param name="Retries">Requests that were repetitions, over the whole run.</param>
/// <param name="IsPaused">True when <see cref="BulkTuning.Connections"/> is 0.</param>
/// <param name="Waiting">The oldest batch that waits to be sent again; null when none does.</param>
/// <param name="WhySmaller">Why requests are smaller than <see cref="BulkLimits.BodyBytesMax"/>; null where they are not.</param>
public sealed record BulkPipelineState(
    int InFlight, int ConnectionsAllowed, int BodyBytesAllowed, long OperationsDecided, long BytesSent, long Retries, bool IsPaused, BulkWait? Waiting, string? WhySmaller)
{
    /// <summary>Why nothing moves, or moves slowly, in one line; null when all is well.</summary>
    public string? WhySlow(DateTimeOffset now) =>
        IsPaused ? "paused"
        : Waiting?.Describe(now) ?? WhySmaller;
}
