using System.Net.Sockets;
using System.Security.Authentication;
using Portage.Clusters.Auth;

namespace Portage.Clusters.Failures;

/// <summary>Turns an error of the network or of TLS into the exception that says what it means.</summary>
internal static class FailedConnection
{
    /// <summary>The exception for what went wrong on the way, before a complete answer.</summary>
    public static ClusterUnreachableException From(ClusterConnection connection, Exception error)
    {
        var (cause, why) = Explain(connection, error);
        return new(connection.Endpoint, cause, why, error);
    }

    private static (UnreachableCause Cause, string Why) Explain(ClusterConnection connection, Exception error)
    {
        var uri = connection.Uri;
        if (Within<CertificateRefusedException>(error) is { } refused)
        {
            return (refused.Cause, refused.Message);
        }

        // SocketsHttpHandler reports its connect timeout as a cancellation around a TimeoutException.
        if (error is OperationCanceledException)
        {
            return (UnreachableCause.ConnectTimeout, $"no connection to {uri.Host}:{uri.Port} within {connection.Timeouts.Connect.TotalSeconds:0.###} s");
        }

        if (Within<AuthenticationException>(error) is { } handshake)
        {
            return (UnreachableCause.HandshakeFailed, $"the TLS handshake failed: {handshake.Message.TrimEnd('.')}");
        }

        var kind = (error as HttpRequestException)?.HttpRequestError;
        var socket = Within<SocketException>(error);
        return (kind, socket?.SocketErrorCode) switch
        {
            (HttpRequestError.NameResolutionError, _) or (_, SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData) =>
                (UnreachableCause.NameNotFound, $"the name '{uri.Host}' cannot be resolved"),
            (_, SocketError.ConnectionRefused) =>
                (UnreachableCause.ConnectionRefused, $"connection refused: nothing listens on {uri.Host}:{uri.Port}"),
            (HttpRequestError.ConnectionError, SocketError.TimedOut) =>
                (UnreachableCause.ConnectTimeout, $"no connection to {uri.Host}:{uri.Port}: the network gave up"),
            (HttpRequestError.SecureConnectionError, _) =>
                (UnreachableCause.HandshakeFailed, "the server ended the TLS handshake"),
            (HttpRequestError.ConnectionError, not null) =>
                (UnreachableCause.NetworkError, $"no way to {uri.Host}:{uri.Port}: {socket.Message}"),
            (_, SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted) =>
                (UnreachableCause.ConnectionLost, "the connection was reset before the answer was complete"),
            (HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError, _) =>
                (UnreachableCause.ConnectionLost, "what the server sent is not an HTTP answer"),
            _ => (UnreachableCause.ConnectionLost, "the connection was closed before the answer was complete"),
        };
    }

    private static T? Within<T>(Exception? error) where T : Exception
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is T found)
            {
                return found;
            }
        }

        return null;
    }
}
