namespace Portage.Sandbox;

/// <summary>Which writes a sandbox refuses, as a cluster does whose indices are protected or whose disk is full.</summary>
public enum SandboxWriteBlock
{
    /// <summary>None: writes are taken.</summary>
    None,

    /// <summary>Every index is read-only: 403 <c>cluster_block_exception</c>.</summary>
    ReadOnly,

    /// <summary>The disk is over the flood-stage watermark: 429 <c>cluster_block_exception</c>.</summary>
    FloodStage,
}

/// <summary>What goes wrong in a sandbox, changeable while it runs. Nothing does at first. Safe to use from any thread.</summary>
public sealed class SandboxFaults
{
    private readonly Lock _gate = new();
    private readonly Queue<int> _bulkStatuses = [];
    private int _itemsToReject;
    private int _repliesToDrop;
    private SandboxWriteBlock _writeBlock;
    private bool _connectionsAreRejected;
    private int? _bulkBodyBytesMax;
    private TimeSpan _delayPerBulk;

    /// <summary>Closes every connection without an answer, as a load balancer without a backend does. Default false.</summary>
    public bool ConnectionsAreRejected
    {
        get { lock (_gate) { return _connectionsAreRejected; } }
        set { lock (_gate) { _connectionsAreRejected = value; } }
    }

    /// <summary>Refuses writes to every index. Default none.</summary>
    public SandboxWriteBlock WriteBlock
    {
        get { lock (_gate) { return _writeBlock; } }
        set { lock (_gate) { _writeBlock = value; } }
    }

    /// <summary>Bulk requests of more bytes than this, as sent, get 413. Default null: only the limit for all bodies holds.</summary>
    public int? BulkBodyBytesMax
    {
        get { lock (_gate) { return _bulkBodyBytesMax; } }
        set { lock (_gate) { _bulkBodyBytesMax = value; } }
    }

    /// <summary>How long a bulk request waits before it is carried out. Default zero.</summary>
    public TimeSpan DelayPerBulk
    {
        get { lock (_gate) { return _delayPerBulk; } }
        set { lock (_gate) { _delayPerBulk = value; } }
    }

    /// <summary>Answers the next <paramref name="count"/> bulk requests with a status (429, 502, 503, …) and carries none of them out.</summary>
    public void FailNextBulks(int count, int status)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 599);
        lock (_gate)
        {
            for (var i = 0; i < count; i++)
            {
                _bulkStatuses.Enqueue(status);
            }
        }
    }

    /// <summary>Carries the next <paramref name="count"/> bulk requests out, but closes the connection instead of answering.</summary>
    public void DropNextBulkReplies(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            _repliesToDrop += count;
        }
    }

    /// <summary>Rejects the next <paramref name="count"/> operations inside bulk requests, each with its own 429.</summary>
    public void RejectNextItems(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            _itemsToReject += count;
        }
    }

    internal int? TakeBulkStatus()
    {
        lock (_gate)
        {
            return _bulkStatuses.TryDequeue(out var status) ? status : null;
        }
    }

    internal bool TakeDroppedReply()
    {
        lock (_gate)
        {
            return _repliesToDrop > 0 && _repliesToDrop-- > 0;
        }
    }

    internal bool TakeRejectedItem()
    {
        lock (_gate)
        {
            return _itemsToReject > 0 && _itemsToReject-- > 0;
        }
    }
}
