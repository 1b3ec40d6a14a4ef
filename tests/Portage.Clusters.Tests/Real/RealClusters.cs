[assembly: AssemblyFixture(typeof(Portage.Clusters.Tests.Real.RealClusters))]

namespace Portage.Clusters.Tests.Real;

/// <summary>One OpenSearch 2.19 and one Elasticsearch 7.10 for all tests, started by the first that needs it.</summary>
public sealed class RealClusters : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private RealServer? _openSearch;
    private RealServer? _elasticsearch;

    public Task<RealServer> OpenSearchAsync(CancellationToken cancellationToken) =>
        StartedAsync(() => _openSearch, async () => _openSearch = await RealServer.OpenSearchAsync(cancellationToken), cancellationToken);

    public Task<RealServer> ElasticsearchAsync(CancellationToken cancellationToken) =>
        StartedAsync(() => _elasticsearch, async () => _elasticsearch = await RealServer.ElasticsearchAsync(cancellationToken), cancellationToken);

    public Task<RealServer> StartedAsync(bool isOpenSearch, CancellationToken cancellationToken) =>
        isOpenSearch ? OpenSearchAsync(cancellationToken) : ElasticsearchAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var server in (RealServer?[])[_openSearch, _elasticsearch])
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        _starting.Dispose();
    }

    private async Task<RealServer> StartedAsync(Func<RealServer?> started, Func<Task<RealServer>> startAsync, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return started() ?? await startAsync();
        }
        finally
        {
            _starting.Release();
        }
    }
}
