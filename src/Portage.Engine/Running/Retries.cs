namespace Portage.Engine.Running;

/// <summary>When a failed attempt is made again.</summary>
internal sealed class Retries(Backoff backoff, TimeProvider time)
{
    // Ten tries with doubling pauses up to a minute are about six minutes: longer than a node takes to restart.
    private const int AttemptsMax = 10;

    /// <summary>Its time; null when a person must act first.</summary>
    public DateTimeOffset? At(bool isTransient, int attempt) =>
        isTransient && attempt < AttemptsMax ? time.GetUtcNow() + backoff.After(attempt) : null;
}
