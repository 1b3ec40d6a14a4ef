using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Sandbox;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Metadata;

/// <summary>Metadata that is there already, and is wanted in another way.</summary>
public sealed class ChangedMetadataTests : IAsyncLifetime
{
    private readonly MetadataStep _step = new();
    private TempFolder _fixture = null!;
    private SandboxCluster _sandbox = null!;
    private TestTarget _target = null!;
    private StepRun _run = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxCluster.StartAsync(new(), Cancellation);
        _target = new(_sandbox.Endpoint);
        _fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        _run = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, Slice("logs", "packed"), Cancellation);
        await ApplyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task RunAsync_ReplicasAreSet_ChangesThemWhereTheyAre()
    {
        await _target.PutAsync("/logs/_doc/1", "{}", Cancellation);
        _run.Change(slice => slice with { Metadata = slice.Metadata with { Replicas = 3 } });

        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal("nothing to create; 2 indices to update; 3 kept; 2 changed", evidence.Lines[0]);
        Assert.Contains("update index logs: setting index.number_of_replicas is 0 there, 3 here", evidence.Lines);
        Assert.Empty(evidence.Destroys);
        Assert.Equal("0", await SettingAsync("logs", "number_of_replicas"));

        var done = Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(2, done.Report.Numbers["updated"]);
        Assert.Equal("3", await SettingAsync("logs", "number_of_replicas"));
        Assert.Single(_sandbox.Documents("logs"));
        Assert.Equal("nothing to create; 5 kept", (await _run.EvaluateAsync(_step, Cancellation)).Lines[0]);
    }

    [Fact]
    public async Task EvaluateAsync_SomebodySetAnotherValueByHand_IsLeftUntilTheConfigurationChangesIt()
    {
        await _target.PutAsync("/logs/_settings", """{"index":{"number_of_replicas":2,"max_result_window":77}}""", Cancellation);
        Assert.Equal("nothing to create; 5 kept", (await _run.EvaluateAsync(_step, Cancellation)).Lines[0]);

        _run.Change(slice => slice with { Metadata = slice.Metadata with { Replicas = 1 } });
        await ApplyAsync();
        Assert.Equal(("1", "77"), (await SettingAsync("logs", "number_of_replicas"), await SettingAsync("logs", "max_result_window")));
    }

    [Fact]
    public async Task RunAsync_AnIndexIsAdded_CreatesItAndTouchesNothingElse()
    {
        var before = (await _target.GetAsync("/logs", Cancellation)).ToJsonString();
        _run.Change(slice => slice with { Indices = new() { Include = ["logs", "packed", "versions"] } });
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Single(evidence.Lines, line => line.StartsWith("create index ", StringComparison.Ordinal));
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(["logs", "packed", "versions"], _sandbox.Indices.Order());
        Assert.Equal(before, (await _target.GetAsync("/logs", Cancellation)).ToJsonString());
    }

    [Fact]
    public async Task EvaluateAsync_AnotherIndexIsInThePlaceOfOurs_IsForeign()
    {
        await _target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}}}""", Cancellation);
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Contains(evidence.Lines, line => line.StartsWith("leave index logs: ", StringComparison.Ordinal));

        await _run.RevertAsync(_step, Cancellation);
        Assert.Equal(["logs"], _sandbox.Indices);
    }

    [Fact]
    public async Task EvaluateAsync_ItemIsRedone_IsCreatedAnewAndSaysWhatGoes()
    {
        await _target.PutAsync("/logs/_doc/1?refresh=true", "{}", Cancellation);
        var evidence = await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Redo = ["logs"] }, Cancellation);
        Assert.Contains(evidence.Lines, line => line.StartsWith("create index logs: ", StringComparison.Ordinal));
        Assert.Contains(evidence.Lines, line => line.StartsWith("keep index packed: ", StringComparison.Ordinal));
        var gone = Assert.Single(evidence.Destroys);
        Assert.Equal((DestructionKind.DeleteIndex, "blue", "logs", 1L, "logs"), (gone.Kind, gone.Target, gone.Name, gone.Documents, gone.Item));
        Assert.Equal(evidence.Destroys, await _step.LookAsync(_run.LookContextOf(_step) with { Items = ["logs"] }, Cancellation));

        // Nothing of it is done before the item is taken back.
        Assert.IsType<StepResult.EvidenceChanged>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Single(_sandbox.Documents("logs"));

        Assert.IsType<RevertResult.Done>(await _step.RevertAsync(_run.RevertContextOf(_step) with { Items = ["logs"], Approved = evidence.Destroys }, Cancellation));
        Assert.Equal(["packed"], _sandbox.Indices);
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(["logs", "packed"], _sandbox.Indices.Order());
        Assert.Empty(_sandbox.Documents("logs"));
    }

    [Fact]
    public async Task RevertAsync_MoreIsThereThanWasApproved_ChangesNothing()
    {
        var seen = await _step.LookAsync(_run.LookContextOf(_step), Cancellation);
        await _target.PutAsync("/logs/_doc/1?refresh=true", "{}", Cancellation);
        var refused = Assert.IsType<RevertResult.Changed>(await _step.RevertAsync(_run.RevertContextOf(_step) with { Approved = seen }, Cancellation));
        Assert.Contains(refused.Now, gone => gone is { Name: "logs", Documents: 1 });
        Assert.Equal(["logs", "packed"], _sandbox.Indices.Order());
    }

    [Fact]
    public async Task EvaluateAsync_ChangeThatTheTargetDoesNotMakeInPlace_IsMadeAnewWithWhatBelongsToIt()
    {
        await WithOtherShardsAsync();

        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Contains(evidence.Lines, line => line.StartsWith("create index logs: 2 shards", StringComparison.Ordinal));
        Assert.Equal(("logs", "logs"), evidence.Destroys.Select(gone => (gone.Name, gone.Item!)).Single());

        // A person who is asked sees why, in the target's own words.
        var line = Portage.Planning.Destroying.DestructionText.Line(evidence.Destroys[0]);
        Assert.StartsWith("delete index logs on blue: 0 documents, 624 bytes; the target does not change it where it is: ", line, StringComparison.Ordinal);
        Assert.Contains("index.number_of_shards", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_NobodyIsAskedAndAnIndexWouldHaveToGoFirst_ShowsItAndTouchesNothing()
    {
        await WithOtherShardsAsync();
        await _target.PutAsync("/logs/_doc/1?refresh=true", "{}", Cancellation);
        var before = await _target.EverythingAsync(Cancellation);

        // As with approve: none, of a look that found nothing yet that goes.
        var changed = Assert.IsType<StepResult.EvidenceChanged>(await _run.RunAsync(_step, null, Cancellation));

        Assert.Equal(("logs", 1L), changed.Evidence.Destroys.Select(gone => (gone.Name, gone.Documents!.Value)).Single());
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
        Assert.Single(_sandbox.Documents("logs"));
    }

    [Fact]
    public async Task RunAsync_TemplateOfOursIsWantedOtherwise_IsReplaced()
    {
        // As if it had been made of less.
        var run = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, Slice("logs") with { Metadata = new() { Templates = new() { Include = ["old-style"] } } }, Cancellation);
        await _target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await _target.SendAsync(HttpMethod.Delete, "/packed", null, Cancellation);
        var evidence = await run.EvaluateAsync(_step, Cancellation);
        Assert.IsType<StepResult.Done>(await run.RunAsync(_step, evidence, Cancellation));
        var journal = run.FilesOf(_step);
        var text = System.Text.Encoding.UTF8.GetString((await journal.ReadAsync("created.jsonl", Cancellation))!);
        await journal.WriteAsync("created.jsonl", System.Text.Encoding.UTF8.GetBytes(text.Replace("\\u0022order\\u0022:", "\\u0022order\\u0022:9", StringComparison.Ordinal)), Cancellation);
        await _target.PutAsync("/_template/old-style", """{"index_patterns":["zz*"],"order":9}""", Cancellation);

        var changed = await run.EvaluateAsync(_step, Cancellation);
        Assert.Contains(changed.Lines, line => line.StartsWith("update template old-style: ", StringComparison.Ordinal) && line.Contains("order is 9 there", StringComparison.Ordinal));
        Assert.IsType<StepResult.Done>(await run.RunAsync(_step, changed, Cancellation));
        Assert.DoesNotContain("zz*", (await _target.GetAsync("/_template/old-style", Cancellation)).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_ForeignIndexHasOtherReplicasThanAreConfigured_IsToldOf()
    {
        var other = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, Slice("logs") with { Metadata = new() { Replicas = 2 } }, Cancellation);
        Assert.Contains("conflict index logs: setting index.number_of_replicas is 0 there, 2 here", (await other.EvaluateAsync(_step, Cancellation)).Lines);
    }

    [Fact]
    public async Task RevertAsync_ABackfillWasTakenBackBefore_KnowsTheEmptiedIndexAsItsOwn()
    {
        var backfill = new BackfillStep();
        Assert.IsType<StepResult.Done>(await _run.RunAsync(backfill, null, Cancellation));
        var made = await SettingAsync("logs", "uuid");
        await _run.RevertAsync(backfill, Cancellation);
        Assert.NotEqual(made, await SettingAsync("logs", "uuid"));
        Assert.Equal("nothing to create; 5 kept", (await _run.EvaluateAsync(_step, Cancellation)).Lines[0]);

        _run.Change(slice => slice with { Metadata = slice.Metadata with { Replicas = 1 } });
        await ApplyAsync();
        Assert.Equal("1", await SettingAsync("logs", "number_of_replicas"));

        var evidence = await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Redo = ["logs"] }, Cancellation);
        Assert.Equal("logs", Assert.Single(evidence.Destroys).Name);
        Assert.IsType<RevertResult.Done>(await _step.RevertAsync(_run.RevertContextOf(_step) with { Items = ["logs"], Approved = evidence.Destroys }, Cancellation));
        Assert.Equal(["packed"], _sandbox.Indices);
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        await _run.RevertAsync(_step, Cancellation);
        Assert.Empty(_sandbox.Indices);
    }

    [Fact]
    public async Task EvaluateAsync_SomebodyMadeAnAliasOfOurName_IsTheirs()
    {
        var narrow = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, Slice("logs", "packed"), Cancellation);
        Assert.Contains("keep alias errors of logs: it is there just so", (await narrow.EvaluateAsync(_step, Cancellation)).Lines);

        // Ours was deleted with its index; what is there now is another one's, filter and all.
        await _target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}},"aliases":{"errors":{"filter":{"term":{"level":"MINE"}}}}}""", Cancellation);
        Assert.DoesNotContain((await _run.EvaluateAsync(_step, Cancellation)).Lines, line => line.StartsWith("update alias errors", StringComparison.Ordinal));
        await _run.RevertAsync(_step, Cancellation);
        Assert.Equal("MINE", (await _target.GetAsync("/logs", Cancellation))["logs"]!["aliases"]!["errors"]!["filter"]!["term"]!["level"]!.ToString());
    }

    [Fact]
    public async Task EvaluateAsync_OurIndexIsBlocked_LeavesNoCopyBehind()
    {
        await _target.PutAsync("/logs/_settings", """{"index.blocks.read_only":true}""", Cancellation);
        _run.Change(slice => slice with { Metadata = slice.Metadata with { Replicas = 1 } });
        Assert.Contains("update index logs: setting index.number_of_replicas is 0 there, 1 here", (await _run.EvaluateAsync(_step, Cancellation)).Lines);
        Assert.Equal(["logs", "packed"], _sandbox.Indices.Order());
    }

    /// <summary>As if <c>logs</c> had had three shards when it was made, and not the two that are wanted.</summary>
    private async Task WithOtherShardsAsync()
    {
        const string Journal = "created.jsonl";
        var files = _run.FilesOf(_step).Item("logs");
        var text = System.Text.Encoding.UTF8.GetString((await files.ReadAsync(Journal, Cancellation))!);
        await files.WriteAsync(Journal, System.Text.Encoding.UTF8.GetBytes(text.Replace("\\u0022index.number_of_shards\\u0022:\\u00222\\u0022", "\\u0022index.number_of_shards\\u0022:\\u00223\\u0022", StringComparison.Ordinal)), Cancellation);
        Assert.NotEqual(text, System.Text.Encoding.UTF8.GetString((await files.ReadAsync(Journal, Cancellation))!));
        await _target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await _target.PutAsync("/logs", """{"settings":{"number_of_shards":3}}""", Cancellation);
        var uuid = await SettingAsync("logs", "uuid");
        text = System.Text.Encoding.UTF8.GetString((await files.ReadAsync(Journal, Cancellation))!);
        await files.WriteAsync(Journal, System.Text.Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(text, "\"uuid\":\"[^\"]+\"", $"\"uuid\":\"{uuid}\"")), Cancellation);
    }

    private static SliceConfig Slice(params string[] indices) => new() { Indices = new() { Include = [.. indices] } };

    private async Task ApplyAsync() =>
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, await _run.EvaluateAsync(_step, Cancellation), Cancellation));

    private async Task<string?> SettingAsync(string index, string name) =>
        ((JsonNode?)(await _target.GetAsync($"/{index}/_settings", Cancellation))[index]!["settings"]!["index"]![name])?.ToString();
}
