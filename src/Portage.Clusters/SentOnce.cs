using System.Net;

namespace Portage.Clusters;

/// <summary>
/// No body, and only once: the network stack sends a request again by itself when a connection that was used before ends without an answer. What was deleted
/// may have been made anew by somebody else in between, so whoever deletes looks before it tries again.
/// </summary>
internal sealed class SentOnce : HttpContent
{
    private bool _isSent;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        if (_isSent)
        {
            throw new IOException("The connection ended without an answer; the request was not sent again.");
        }

        _isSent = true;
        return Task.CompletedTask;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }
}
