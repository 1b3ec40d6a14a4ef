using System.Text;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Sandbox;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests;

/// <summary>A slice of a repository that a real server wrote, and a sandbox to bring it to.</summary>
internal sealed class SliceOnSandbox : IAsyncDisposable
{
    private readonly TempFolder _fixture;

    private SliceOnSandbox(TempFolder fixture, SandboxCluster sandbox, StepRun run) =>
        (_fixture, Sandbox, Run, Target) = (fixture, sandbox, run, new(sandbox.Endpoint));

    public SandboxCluster Sandbox { get; }

    public StepRun Run { get; }

    public TestTarget Target { get; }

    /// <summary>The folder of the repository.</summary>
    public string Repository => _fixture["repo"];

    /// <summary>Unpacks the repository, verifies snapshot <c>second</c> and creates what its documents need.</summary>
    public static async Task<SliceOnSandbox> OfAsync(string server, SliceConfig slice)
    {
        var fixture = Fixtures.Unzip($"made/{server}.zip");
        var sandbox = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        var on = new SliceOnSandbox(fixture, sandbox, await StepRun.OfAsync(fixture["repo"], "second", sandbox.Endpoint, slice, TestContext.Current.CancellationToken));
        Assert.IsType<StepResult.Done>(await on.Run.RunAsync(new MetadataStep(), null, TestContext.Current.CancellationToken));
        return on;
    }

    /// <summary>Runs a step to its end.</summary>
    public async Task<StepResult.Done> DoAsync(IStep step, StepReport? approved = null) => Assert.IsType<StepResult.Done>(await Run.RunAsync(step, approved, TestContext.Current.CancellationToken));

    /// <summary>What the server answered just before the snapshot.</summary>
    public IEnumerable<GoldenDocument> Golden(string index) => GoldenDocument.ReadAll(Path.Combine(_fixture["golden"], "second", $"{index}.ndjson"));

    /// <summary>The indices of the golden files that a slice has which names none: not the hidden ones.</summary>
    public IEnumerable<string> GoldenIndices => Directory.EnumerateFiles(Path.Combine(_fixture["golden"], "second"), "*.ndjson").Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    /// <summary>The documents on the target as lines, sorted.</summary>
    public string[] OnTarget(string index) =>
        [.. Sandbox.Documents(index).Select(document => Line(document.Id, document.Routing, Encoding.UTF8.GetString(document.Source.Span))).Order(StringComparer.Ordinal)];

    /// <summary>One document as a line that can be compared.</summary>
    public static string Line(string id, string? routing, string source) => $"{id} | {routing} | {source}";

    /// <summary>The lines of a step's findings.</summary>
    public string[] Findings(IStep step) =>
    [
        .. Run.Disk.Files
            .Where(file => file.Key.StartsWith(Run.FilesOf(step).Location, StringComparison.Ordinal) && file.Key.EndsWith("/findings.ndjson", StringComparison.Ordinal))
            .SelectMany(file => Encoding.UTF8.GetString(file.Value).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];

    /// <summary>Another routing that leads to the same shard of an index of the target.</summary>
    public async Task<string> OtherRoutingAsync(string index, GoldenDocument document)
    {
        var settings = (await Target.GetAsync($"/{index}/_settings?flat_settings=true", TestContext.Current.CancellationToken))[index]!["settings"]!;
        var shards = int.Parse(settings["index.number_of_shards"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var routing = new ShardRouting(shards, ShardRouting.RoutingShardsOf(shards), 1);
        return Enumerable.Range(0, 1_000).Select(number => $"other{number}").First(other => routing.ShardOf(document.Id, other) == routing.ShardOf(document.Id, document.Routing));
    }

    public async ValueTask DisposeAsync()
    {
        Target.Dispose();
        await Sandbox.DisposeAsync();
        _fixture.Dispose();
    }
}
