using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Capabilities;
using Portage.Conformance;
using Portage.Sandbox;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Tests.Metadata;

/// <summary>An alias of ours that writes to another index from one snapshot to the next: a target takes no two indices to write to.</summary>
public sealed class RolledOverAliasTests : IAsyncLifetime
{
    private readonly MemoryDisk _disk = new();
    private TempFolder _fixture = null!;
    private SandboxCluster _sandbox = null!;
    private ClusterClient _client = null!;
    private TestTarget _target = null!;
    private StepRun _run = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxCluster.StartAsync(new(), Cancellation);
        _client = new(new ClusterConnection(_sandbox.Endpoint), TimeProvider.System);
        _target = new(_sandbox.Endpoint);
        _fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        _run = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, new(), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _client.Dispose();
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"is_write_index":false}""")]
    [InlineData("{}")]
    public async Task Apply_OurOldWriteIndexLetsGo_DoesSoBeforeTheNewOneTakesOver(string old)
    {
        Assert.All(await ApplyAsync(Index("a-1"), Index("a-2"), Alias("a-2", """{"is_write_index":true}""")), one => Assert.IsType<ObjectOutcome.Create>(one.Outcome));

        // The new one comes first in the order of names.
        var objects = await ApplyAsync(Index("a-1"), Index("a-2"), Alias("a-1", """{"is_write_index":true}"""), Alias("a-2", old));

        Assert.IsType<ObjectOutcome.Create>(objects.Single(one => one.Name == new ObjectName(ObjectKind.Alias, "a", "a-1")).Outcome);
        Assert.IsType<ObjectOutcome.Update>(objects.Single(one => one.Name == new ObjectName(ObjectKind.Alias, "a", "a-2")).Outcome);
        var aliases = await _target.GetAsync("/_alias/a", Cancellation);
        Assert.Equal("true", aliases["a-1"]!["aliases"]!["a"]!["is_write_index"]!.ToString());
        Assert.NotEqual("true", aliases["a-2"]!["aliases"]!["a"]!["is_write_index"]?.ToString());
    }

    [Fact]
    public async Task Evaluate_SomebodyElsesIndexIsWrittenTo_IsRefused()
    {
        await _target.PutAsync("/theirs", """{"aliases":{"a":{"is_write_index":true}}}""", Cancellation);
        var objects = await EvaluateAsync(await JournalAsync(), Index("a-1"), Alias("a-1", """{"is_write_index":true}"""));
        Assert.Equal(new ObjectOutcome.Refused("the alias writes to theirs on the target already"), objects.Single(one => one.Name.Kind == ObjectKind.Alias).Outcome);
    }

    private static MetadataObject Index(string name) => new(new(ObjectKind.Index, name), new() { ["settings"] = new JsonObject { ["index.number_of_replicas"] = "0" } }, []) { Source = name };

    private static MetadataObject Alias(string index, string definition) => new(new(ObjectKind.Alias, "a", index), JsonNode.Parse(definition)!.AsObject(), []) { Source = index };

    private async Task<ImmutableArray<EvaluatedObject>> ApplyAsync(params MetadataObject[] wanted)
    {
        var journal = await JournalAsync();
        var objects = await EvaluateAsync(journal, wanted);
        Assert.NotNull(await new ObjectApplier(_run.ContextOf(new MetadataStep(), null), _client, journal).ApplyAsync(objects, objects, Cancellation));
        return objects;
    }

    private async Task<ImmutableArray<EvaluatedObject>> EvaluateAsync(CreationJournal journal, params MetadataObject[] wanted)
    {
        var can = new ClusterCapabilities((await _client.GetInfoAsync(Cancellation)).Version);
        var state = await TargetState.ReadAsync(_client, can, Cancellation);
        var own = await OwnObjects.OfAsync(journal, state, ImmutableHashSet<string>.Empty, static _ => false, Cancellation);
        var scratch = new ScratchSpace(_client, "0123abcd");
        return await new ObjectEvaluation(new(_client, scratch), new(_client, scratch, static _ => null), new(state, TargetFacts.None, own, HasReplicas: false, HasDocuments: true), [.. wanted], []).EvaluateAsync(_ => { }, Cancellation);
    }

    private Task<CreationJournal> JournalAsync() => CreationJournal.OpenAsync(new MemoryStepFiles(_disk, "work/metadata"), Cancellation);
}
