using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Portage.Clusters.Tests.Scripting;

/// <summary>Relays connections to a loopback port that may change, so that a server that comes back elsewhere keeps its endpoint.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private volatile int _port;

    public Relay(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Port
    {
        get => _port;
        set => _port = value;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _port, _ended.Token);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream(), _ended.Token),
                server.GetStream().CopyToAsync(client.GetStream(), _ended.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
        }
    }
}
