using System.Buffers;

namespace Portage.Clusters;

/// <summary>A complete answer in a rented buffer, which goes back when this is disposed.</summary>
internal sealed class PooledReply(int status, string? contentType, string? server, TimeSpan? retryAfter, byte[] buffer, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    public int Status => status;

    public string? ContentType => contentType;

    /// <summary>The <c>Server</c> header: names the proxy or program that answered.</summary>
    public string? Server => server;

    /// <summary>How long the server asks to wait; null when it does not say.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    public bool IsSuccess => status is >= 200 and < 300;

    public ReadOnlyMemory<byte> Body => _buffer.AsMemory(0, length);

    /// <summary>A copy that lasts.</summary>
    public ClusterReply ToReply() => new(status, contentType, Body.ToArray());

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { Length: > 0 } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
