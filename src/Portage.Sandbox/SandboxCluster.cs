using System.Globalization;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;
using Portage.Sandbox.Searching;
using Portage.Sandbox.Templates;

namespace Portage.Sandbox;

/// <summary>
/// A small cluster inside this process that speaks enough of the OpenSearch 2 REST API for demonstrations, for playing, and for
/// fast tests. It keeps everything in memory, listens on loopback only, and makes every write visible to searches at once.
/// It imitates OpenSearch 2.19.1 (tests compare the two), but it is never the proof that something works on a real one.
/// </summary>
public sealed class SandboxCluster : IAsyncDisposable
{
    private readonly ClusterState _state;
    private readonly Dispatcher _dispatcher;
    private HttpFront? _front;
    private InProcessTransport? _transport;

    private SandboxCluster(SandboxOptions options)
    {
        _state = new(options, Faults);
        _dispatcher = new(options, Faults, Requests, new(
        [
            .. new ClusterApi(_state).Routes, .. new CatApi(_state).Routes, .. new StatsApi(_state).Routes,
            .. new IndexApi(_state).Routes, .. new MappingApi(_state).Routes, .. new SettingsApi(_state).Routes, .. new AliasApi(_state).Routes,
            .. PipelineApi.Routes, .. new LegacyTemplateApi(_state).Routes, .. new ComponentTemplateApi(_state).Routes, .. new IndexTemplateApi(_state).Routes,
            .. new DocumentApi(_state).Routes, .. new MgetApi(_state).Routes, .. new BulkApi(_state).Routes,
            .. new SearchApi(_state).Routes, .. new DeleteByQueryApi(_state).Routes,
        ]));
    }

    /// <summary>The port it listens on.</summary>
    public int Port => _front!.Port;

    /// <summary>Its address, as <c>http://127.0.0.1:9200</c>.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>What goes wrong; change it at any time.</summary>
    public SandboxFaults Faults { get; } = new();

    /// <summary>What has been asked of it.</summary>
    public SandboxRequests Requests { get; } = new();

    /// <summary>The names of its indices, in order.</summary>
    public IReadOnlyList<string> Indices => _dispatcher.Locked(() => _state.Indices.Keys.ToArray());

    /// <summary>Starts a cluster, empty, that answers when this returns.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be had for another reason, as one below 1024 without the right to it.</exception>
    public static async Task<SandboxCluster> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var cluster = new SandboxCluster(options);
        cluster._front = await HttpFront.StartAsync(options, cluster.Faults, cluster._dispatcher.AnswerAsync, cancellationToken);
        return cluster;
    }

    /// <summary>Makes a cluster, empty, that answers no connection: only this process reaches it, by <see cref="Transport"/>.</summary>
    public static SandboxCluster WithoutNetwork(SandboxOptions options) => new(options);

    /// <summary>Carries requests of this process to it, whatever host they name; needs no thread and no connection.</summary>
    public HttpMessageHandler Transport => _transport ??= new InProcessTransport(_dispatcher.AnswerAsync);

    /// <summary>The documents of an index as they are now, by id; those with the same id in several shards follow each other. Empty where there is no such index.</summary>
    public IReadOnlyList<SandboxDocument> Documents(string index) => _dispatcher.Locked(() => _state.Indices.TryGetValue(index, out var found)
        ? found.InOrder
            .OrderBy(document => document.Id, StringComparer.Ordinal)
            .Select(document => new SandboxDocument(document.Id, document.Routing, document.Version, document.Source)).ToArray()
        : []);

    /// <summary>Stops at once: idle connections are closed, busy ones have a fifth of a second.</summary>
    public ValueTask DisposeAsync()
    {
        _transport?.Dispose();
        return _front?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
