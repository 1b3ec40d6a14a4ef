using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Portage.Clusters;

/// <summary>Finds out whether a server that could not be understood speaks the other one of HTTP and TLS. Sends no credential and no certificate.</summary>
internal static class ProtocolProbe
{
    /// <summary>True when a TLS handshake succeeds, whatever the certificate.</summary>
    public static Task<bool> SpeaksTlsAsync(Uri endpoint, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        TryAsync(endpoint, timeout, time, async (stream, cancellation) =>
        {
            var tls = new SslStream(stream);
            await using (tls)
            {
#pragma warning disable CA5359 // Only whether TLS is spoken is asked; nothing is sent over this connection.
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = endpoint.IdnHost, RemoteCertificateValidationCallback = (_, _, _, _) => true }, cancellation);
#pragma warning restore CA5359
                return true;
            }
        }, cancellationToken);

    /// <summary>True when a plain request is answered with <c>HTTP/</c>.</summary>
    public static Task<bool> SpeaksPlainHttpAsync(Uri endpoint, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        TryAsync(endpoint, timeout, time, async (stream, cancellation) =>
        {
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HEAD / HTTP/1.1\r\nHost: {endpoint.Authority}\r\nConnection: close\r\n\r\n"), cancellation);
            var answer = new byte[5];
            await stream.ReadExactlyAsync(answer, cancellation);

            // A TLS server that knows the mistake (nginx: "400 The plain HTTP request was sent to HTTPS port") answers in HTTP too,
            // but it would not have failed the handshake for which this probe is made.
            return answer.AsSpan().SequenceEqual("HTTP/"u8);
        }, cancellationToken);

    private static async Task<bool> TryAsync(
        Uri endpoint, TimeSpan timeout, TimeProvider time, Func<NetworkStream, CancellationToken, Task<bool>> askAsync, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(endpoint.IdnHost, endpoint.Port, either.Token);
            await using var stream = client.GetStream();
            return await askAsync(stream, either.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
