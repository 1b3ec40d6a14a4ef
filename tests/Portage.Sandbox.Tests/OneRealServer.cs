namespace Portage.Sandbox.Tests;

/// <summary>One real OpenSearch for a class of tests, started by the first that needs it.</summary>
public sealed class OneRealServer : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private RealServer? _server;

    /// <summary>The server; the test is skipped where there is none.</summary>
    public async Task<RealServer> StartAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _server ??= await RealServer.OpenSearchAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _gate.Dispose();
    }
}
