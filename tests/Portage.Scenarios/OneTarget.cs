namespace Portage.Scenarios;

/// <summary>One real OpenSearch for all tests of a class; it is started by the first that wants it.</summary>
public sealed class OneTarget : IAsyncLifetime
{
    private RealServer? _server;

    /// <summary>The server; skips the test where there is none.</summary>
    public async Task<RealServer> StartAsync() =>
        // Rare looks at the disk: OpenSearch lifts a flood-stage block by itself as soon as it sees room.
        _server ??= await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken, settings: ["cluster.info.update.interval=10m"]);

    /// <inheritdoc/>
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
