namespace Portage.Clusters.Bulk;

/// <summary>What may change while a pipeline runs; every change takes effect at once. Safe to use from any thread.</summary>
public sealed class BulkTuning
{
    /// <summary>The most connections that can be asked for.</summary>
    public const int ConnectionsMax = 1_000;

    private volatile int _connections = 4;
    private volatile BulkLimits _limits = new();

    /// <summary>
    /// Most requests in flight, 0 to 1,000; 0 pauses (what is in flight is finished, nothing new is sent). Default 4. Lowered
    /// by itself, and raised again up to this, as the target can bear.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or above 1,000.</exception>
    public int Connections
    {
        get => _connections;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ConnectionsMax);
            _connections = value;
            Changed?.Invoke();
        }
    }

    /// <summary>The limits of the batches that are not closed yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is below 1.</exception>
    public BulkLimits Limits
    {
        get => _limits;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value.OperationCountMax, 1, nameof(value));
            ArgumentOutOfRangeException.ThrowIfLessThan(value.BodyBytesMax, 1, nameof(value));
            _limits = value;
            Changed?.Invoke();
        }
    }

    /// <summary>Raised after each change.</summary>
    internal event Action? Changed;
}
