using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Configuration;
using Portage.Conformance;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Sandbox;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Killing;

/// <summary>One world of one pass: a cluster, a disk, and what earlier steps left.</summary>
internal sealed partial class Scene : IAsyncDisposable
{
    private const string Endpoint = "http://sandbox.test:9200";

    private readonly SnapshotsOfTest _transport;

    private Scene(MigrationConfig config, ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        (Config, Outputs) = (config, outputs);
        _transport = new(Sandbox.Transport);
    }

    /// <summary>Carries requests to the cluster.</summary>
    public HttpMessageHandler Transport => _transport;

    /// <summary>The cluster, source and target in one.</summary>
    public SandboxCluster Sandbox { get; } = SandboxCluster.WithoutNetwork(new() { Random = new Random(1), TimeProvider = new VirtualTime() });

    /// <summary>May be replaced by a story.</summary>
    public MigrationConfig Config { get; set; }

    /// <summary>What steps left.</summary>
    public ImmutableDictionary<StepAddress, StepOutputs> Outputs { get; set; }

    private MemoryDisk Disk { get; } = new();

    /// <summary>An empty world beside a repository.</summary>
    /// <param name="outputs">What the snapshot step left; empty before it ran.</param>
    public static Scene Of(MigrationConfig config, ImmutableDictionary<StepAddress, StepOutputs> outputs) => new(config, outputs);

    /// <summary>The configuration of a slice of a repository.</summary>
    public static MigrationConfig ConfigOf(string repository, SnapshotConfig snapshot, SliceConfig slice) => StepRun.ConfigOf(repository, snapshot, Endpoint, slice);

    /// <summary>Runs a step to its end, undisturbed.</summary>
    /// <param name="stepOf">Makes the step, with the way to the cluster.</param>
    public void Do(Func<HttpMessageHandler, IStep> stepOf, StepReport? approved = null) =>
        Act(new KillableProcess(diesAt: 0), async (transport, run) => Story.Of(await run.RunAsync(stepOf(transport), approved, TestContext.Current.CancellationToken)));

    /// <summary>Evaluates a step, undisturbed.</summary>
    public StepReport Evaluate(Func<HttpMessageHandler, IEvaluated> stepOf)
    {
        var report = default(StepReport);
        Act(new KillableProcess(diesAt: 0), async (transport, run) => Story.Of(report = await run.EvaluateAsync(stepOf(transport), TestContext.Current.CancellationToken)));
        return report!;
    }

    /// <summary>The snapshot that the step would take.</summary>
    public string NameOf(SnapshotStep step) => SnapshotStep.TakenName(new StepRun(Config).ContextOf(step, null));

    /// <summary>Sends a request of somebody else.</summary>
    public async Task SendAsync(HttpMethod method, string path, string? json)
    {
        using var client = Client();
        var reply = await client.SendAsync(method, path, json is null ? null : Encoding.UTF8.GetBytes(json), null, TestContext.Current.CancellationToken);
        Assert.True(reply.IsSuccess, $"{method} {path}: {reply.Status} {Encoding.UTF8.GetString(reply.Body.Span)}");
    }

    /// <summary>Lets a process act, until it is done or dead; null when it is dead.</summary>
    public string? Act(KillableProcess process, Func<HttpMessageHandler, StepRun, Task<string>> act)
    {
        var transport = new KillingTransport(_transport, process);
        var run = new StepRun(Config) { Disk = Disk, Outputs = Outputs, Time = process.Time };
        Disk.OnWrite = (moment, what) => process.PassAsync($"{moment} {what}");
        try
        {
            return process.Do(() => act(transport, run));
        }
        finally
        {
            Disk.OnWrite = static (_, _) => Task.CompletedTask;
            Outputs = run.Outputs;
        }
    }

    /// <summary>Everything that is there in the end: objects, documents with their versions, and what steps remember.</summary>
    /// <param name="withVersions">False where the same may be written twice.</param>
    public async Task<string> EndAsync(bool withVersions)
    {
        using var client = Client();
        var text = new StringBuilder(await TestTarget.EverythingAsync(new ClusterMetadata(client), TestContext.Current.CancellationToken));
        foreach (var index in Sandbox.Indices)
        {
            foreach (var document in Sandbox.Documents(index))
            {
                text.Append(index).Append(' ').Append(document.Id).Append(' ').Append(document.Routing).Append(withVersions ? $" v{document.Version} " : " ").Append(Encoding.UTF8.GetString(document.Source.Span)).Append('\n');
            }
        }

        foreach (var repository in _transport.All)
        {
            text.Append("snapshot ").Append(repository).Append('\n');
        }

        foreach (var (path, content) in Disk.Files)
        {
            // Journals have a line for every step forward, which depends on where it began; their end is in the report.
            text.Append(path).Append(' ').Append(path.EndsWith(".jsonl", StringComparison.Ordinal) ? "" : Encoding.UTF8.GetString(content)).Append('\n');
        }

        var end = OfTheMoment().Replace(text.ToString(), "");
        return withVersions ? end : SequenceNumbers().Replace(end, "");
    }

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await Sandbox.DisposeAsync();
    }

    private ClusterClient Client() => new(new ClusterConnection(Endpoint) { Transport = _transport }, new VirtualTime());

    [GeneratedRegex("""
        "shards":\{[^}]*\}
        """, RegexOptions.CultureInvariant)]
    private static partial Regex SequenceNumbers();

    // What a cluster gives to each index anew.
    [GeneratedRegex("""
        "(uuid|creation_date|index\.uuid|index\.creation_date)":\s*"[^"]*",?
        """, RegexOptions.CultureInvariant)]
    private static partial Regex OfTheMoment();
}
