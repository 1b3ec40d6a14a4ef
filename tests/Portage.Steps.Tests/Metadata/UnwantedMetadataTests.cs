using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Sandbox;
using Portage.Steps.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Tests.Metadata;

/// <summary>Templates and aliases that Portage made and that the configuration wants no more.</summary>
public sealed class UnwantedMetadataTests : IAsyncLifetime
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
        _run = await StepRun.OfAsync(_fixture["repo"], "second", _sandbox.Endpoint, Slice("old-style", "new-style"), Cancellation);
        await ApplyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _target.Dispose();
        _fixture.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task RunAsync_TemplatesAreWantedNoMore_RemovesThemAndWhatOnlyTheyUsed()
    {
        _run.Change(_ => Slice("old-style"));

        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(3, evidence.Numbers["removed"]);
        Assert.Contains(evidence.Lines, line => line.StartsWith("remove index template new-style: for ", StringComparison.Ordinal));
        Assert.Contains(evidence.Lines, line => line.StartsWith("remove component template base", StringComparison.Ordinal));
        Assert.Contains("new-style", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);

        var done = Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(3, done.Report.Numbers["removed"]);
        var there = await _target.EverythingAsync(Cancellation);
        Assert.DoesNotContain("new-style", there, StringComparison.Ordinal);
        Assert.DoesNotContain("Component", there, StringComparison.Ordinal);
        Assert.Contains("old-style", there, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.EvaluateAsync(_step, Cancellation)).Numbers["removed"]);
    }

    [Fact]
    public async Task LookAsync_TemplatesAreWantedNoMore_TellsWhatARunWouldRemoveAndTriesNothing()
    {
        _run.Change(_ => Slice("old-style"));
        var writes = 0;
        var watched = new MetadataStep(new Watched(new SocketsHttpHandler(), request => writes += request.Method == HttpMethod.Get ? 0 : 1));

        var seen = await watched.LookAsync(_run.LookContextOf(_step) with { Items = [], Changed = [] }, Cancellation);

        Assert.Equal(["base", "fields", "new-style"], seen.Select(one => one.Name).Order());
        Assert.All(seen, one => Assert.Equal((DestructionKind.DeleteTemplate, "blue", null), (one.Kind, one.Target, one.Item)));
        Assert.Equal(0, writes);
        Assert.Equal(seen.Select(one => one.Key), (await _run.EvaluateAsync(_step, Cancellation)).Destroys.Select(one => one.Key));
    }

    [Fact]
    public async Task LookAsync_NothingOfOursIsUnwanted_AsksTheTargetNothing()
    {
        var asked = 0;
        var watched = new MetadataStep(new Watched(new SocketsHttpHandler(), _ => asked++));
        Assert.Empty(await watched.LookAsync(_run.LookContextOf(_step) with { Items = [], Changed = [] }, Cancellation));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task LookAsync_AnIndexComesOutDifferently_TellsItsUnwantedAlias()
    {
        await MadeAsync(new(ObjectKind.Alias, "former", "logs"), "/logs/_alias/former", "{}");
        Assert.Empty(await _step.LookAsync(_run.LookContextOf(_step) with { Items = [], Changed = [] }, Cancellation));
        var seen = await _step.LookAsync(_run.LookContextOf(_step) with { Items = [], Changed = ["logs"] }, Cancellation);
        Assert.Equal("DeleteAlias blue former of logs", Assert.Single(seen).Key);
    }

    [Fact]
    public async Task RunAsync_NobodyWasAskedAboutTheRemoval_RemovesNothingAndAsks()
    {
        var before = await _target.EverythingAsync(Cancellation);
        _run.Change(_ => Slice("old-style"));
        var evidence = await _run.EvaluateAsync(_step, Cancellation);

        Assert.Equal(evidence, Assert.IsType<StepResult.EvidenceChanged>(await _run.RunAsync(_step, null, Cancellation)).Evidence);

        // An approval of an earlier release names no destruction.
        Assert.IsType<StepResult.EvidenceChanged>(await _run.RunAsync(_step, evidence with { Destroys = [] }, Cancellation));
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RunAsync_TemplateIsRemovedThenWantedAgain_MakesItAsItWas()
    {
        var before = await _target.EverythingAsync(Cancellation);
        _run.Change(_ => Slice("old-style"));
        await ApplyAsync();
        _run.Change(_ => Slice("old-style", "new-style"));
        await ApplyAsync();
        Assert.Equal(before, await _target.EverythingAsync(Cancellation));
        await _run.RevertAsync(_step, Cancellation);
        Assert.Equal("", await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RunAsync_SomebodyChangedTheUnwantedTemplate_LeavesItAndSaysWhatTheyChanged()
    {
        await _target.PutAsync("/_template/old-style", """{"index_patterns":["zz*"],"order":9}""", Cancellation);
        _run.Change(_ => Slice("new-style"));
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(0, evidence.Numbers["removed"]);
        Assert.Contains(evidence.Lines, line => line.StartsWith("leave template old-style: Portage made it, and it is not wanted any more, but somebody has changed it since: ", StringComparison.Ordinal) && line.Contains("order is 9 there", StringComparison.Ordinal));
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Contains("zz*", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EvaluateAsync_SomebodyUsesTheUnwantedComponent_LeavesIt()
    {
        await _target.PutAsync("/_index_template/theirs", """{"index_patterns":["theirs-*"],"composed_of":["base"]}""", Cancellation);
        _run.Change(_ => Slice("old-style"));
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Contains("leave component template base: Portage made it, and it is not wanted any more, but index template theirs uses it", evidence.Lines);
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Contains("Component base ", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AliasIsWantedNoMore_RemovesItFromOurIndexOnly()
    {
        await MadeAsync(new(ObjectKind.Alias, "former", "logs"), "/logs/_alias/former", """{"filter":{"term":{"level":"WARN"}}}""");
        await _target.PutAsync("/theirs", """{"aliases":{"former":{}}}""", Cancellation);
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Contains(evidence.Lines, line => line.StartsWith("remove alias former of logs: filtered; ", StringComparison.Ordinal));
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(["theirs"], (await _target.GetAsync("/_alias/former", Cancellation)).AsObject().Select(index => index.Key));
    }

    [Fact]
    public async Task RunAsync_TheSliceHasLostTheIndexOfAnAlias_LeavesBothAsTheyAre()
    {
        _run.Change(slice => slice with { Indices = new() { Include = ["logs", "packed"] } });
        await ApplyAsync();
        await MadeAsync(new(ObjectKind.Alias, "former", "packed"), "/packed/_alias/former", "{}");
        _run.Change(slice => slice with { Indices = new() { Include = ["logs"] } });

        Assert.Equal(0, (await _run.EvaluateAsync(_step, Cancellation)).Numbers["removed"]);
        await ApplyAsync();

        Assert.Equal(["packed"], (await _target.GetAsync("/_alias/former", Cancellation)).AsObject().Select(index => index.Key));
    }

    [Fact]
    public async Task RunAsync_SomebodyMadeTheIndexOfAnUnwantedAliasAnew_LeavesTheirAlias()
    {
        await MadeAsync(new(ObjectKind.Alias, "former", "logs"), "/logs/_alias/former", "{}");
        await _target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        await _target.PutAsync("/logs", """{"mappings":{"properties":{"level":{"type":"text"}}},"aliases":{"former":{}}}""", Cancellation);

        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(0, evidence.Numbers["removed"]);
        _ = await _run.RunAsync(_step, evidence, Cancellation);

        Assert.Equal(["logs"], (await _target.GetAsync("/_alias/former", Cancellation)).AsObject().Select(index => index.Key));
    }

    [Fact]
    public async Task RunAsync_OurUnwantedAliasWrites_LetsGoBeforeTheWantedOneTakesOver()
    {
        await MadeAsync(new(ObjectKind.Alias, "writing", "logs"), "/logs/_alias/writing", """{"is_write_index":true}""");
        _run.Change(slice => slice with { Indices = new() { Include = ["logs", "versions"] } });
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal(0, evidence.Numbers["conflicts"]);
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
        Assert.Equal(["versions"], (await _target.GetAsync("/_alias/writing", Cancellation)).AsObject().Select(index => index.Key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EvaluateAsync_OurUnwantedTemplateRivalsAWantedOne_IsNoConflictUnlessSomebodyChangedIt(bool isAsMade)
    {
        _run.Change(_ => Slice("old-style"));
        await ApplyAsync();
        await MadeAsync(new(ObjectKind.IndexTemplate, "former"), "/_index_template/former", """{"index_patterns":["*"],"priority":200}""");
        if (!isAsMade)
        {
            await _target.PutAsync("/_index_template/former", """{"index_patterns":["*"],"priority":200,"_meta":{"by":"them"}}""", Cancellation);
        }

        _run.Change(_ => Slice("old-style", "new-style"));
        var evidence = await _run.EvaluateAsync(_step, Cancellation);
        Assert.Equal((isAsMade ? 1 : 0, isAsMade ? 0 : 1), (evidence.Numbers["removed"], evidence.Numbers["conflicts"]));
        if (isAsMade)
        {
            Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, evidence, Cancellation));
            Assert.DoesNotContain("former", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RunAsync_AnotherSliceWantsTheTemplate_LeavesItWithWhatItUses()
    {
        _run.Change(_ => Slice("old-style"));
        var two = With("recent", Slice("new-style"));
        var evidence = await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Config = two }, Cancellation);
        Assert.Equal(0, evidence.Numbers["removed"]);
        Assert.Contains("leave index template new-style: Portage made it, and it is not wanted any more, but slice recent wants it", evidence.Lines);
        Assert.IsType<StepResult.Done>(await _step.RunAsync(_run.ContextOf(_step, evidence) with { Config = two }, Cancellation));
        Assert.Contains("new-style", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("Component base ", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);

        // One that skips metadata, or goes elsewhere, wants nothing here.
        Assert.Equal(3, (await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Config = With("recent", Slice("new-style") with { Metadata = new() { Skip = true, Templates = new() { Include = ["new-style"] } } }) }, Cancellation)).Numbers["removed"]);
        Assert.Equal(3, (await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Config = With("recent", Slice("new-style") with { Targets = ["green"] }) }, Cancellation)).Numbers["removed"]);
    }

    [Fact]
    public async Task EvaluateAsync_AnotherSliceMayHaveAnIndexOfTheTemplate_LeavesIt()
    {
        _run.Change(_ => Slice("old-style"));
        var two = With("recent", new() { Snapshot = "later", Indices = new() { Include = ["new-2026"] } });
        var evidence = await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { Config = two }, Cancellation);
        Assert.Contains("leave index template new-style: Portage made it, and it is not wanted any more, but slice recent may want it: its snapshot cannot be looked into now", evidence.Lines);
    }

    [Fact]
    public async Task RevertAsync_AnotherSliceWantsATemplate_TakesAlongOnlyTheOthersAndLooksTheSame()
    {
        var two = With("recent", Slice("new-style"));
        var seen = await _step.LookAsync(_run.LookContextOf(_step) with { Wanted = two }, Cancellation);
        Assert.Equal(["logs", "old-style"], seen.Select(one => one.Name).Order());

        Assert.IsType<RevertResult.Done>(await _step.RevertAsync(_run.RevertContextOf(_step) with { Wanted = two, Approved = seen }, Cancellation));

        var there = await _target.EverythingAsync(Cancellation);
        Assert.Contains("new-style", there, StringComparison.Ordinal);
        Assert.Contains("Component base ", there, StringComparison.Ordinal);
        Assert.DoesNotContain("old-style", there, StringComparison.Ordinal);
        Assert.Empty(_sandbox.Indices);

        // Done again it has its own, and of two slices that leave together neither wants it.
        await ApplyAsync();
        Assert.IsType<RevertResult.Done>(await _step.RevertAsync(_run.RevertContextOf(_step) with { Config = two, Wanted = two with { Migrations = two.Migrations.Clear() } }, Cancellation));
        Assert.Equal("", await _target.EverythingAsync(Cancellation));
    }

    [Fact]
    public async Task RunAsync_AnotherSessionWantsTheTemplate_LeavesItWithWhatItUses()
    {
        _run.Change(_ => Slice("old-style"));
        var trial = Session(_sandbox.Endpoint.ToString());
        var evidence = await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { OtherSessions = [trial] }, Cancellation);
        Assert.Equal(0, evidence.Numbers["removed"]);
        Assert.Contains("leave index template new-style: Portage made it, and it is not wanted any more, but session trial (shop/recent) wants it", evidence.Lines);
        Assert.IsType<StepResult.Done>(await _step.RunAsync(_run.ContextOf(_step, evidence) with { OtherSessions = [trial] }, Cancellation));
        Assert.Contains("new-style", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);

        var seen = await _step.LookAsync(_run.LookContextOf(_step) with { OtherSessions = [trial] }, Cancellation);
        Assert.Equal(["logs", "old-style"], seen.Select(one => one.Name).Order());
        Assert.IsType<RevertResult.Done>(await _step.RevertAsync(_run.RevertContextOf(_step) with { OtherSessions = [trial], Approved = seen }, Cancellation));
        Assert.Contains("new-style", await _target.EverythingAsync(Cancellation), StringComparison.Ordinal);

        // On another cluster it wants nothing here.
        Assert.Equal(3, (await _step.EvaluateAsync(_run.EvaluateContextOf(_step) with { OtherSessions = [Session("http://green.test:9200")] }, Cancellation)).Numbers["removed"]);
    }

    private OtherSession Session(string endpoint) => new("trial", Portage.Configuration.Reading.ConfigurationReader.Read($$"""
        targets: { blue: { endpoint: "{{endpoint.TrimEnd('/')}}" } }
        migrations:
          shop:
            snapshots: { main: { repository: { file: { path: "{{_fixture["repo"]}}" } }, existing: second } }
            slices: { recent: { indices: { include: [logs] }, metadata: { templates: { include: [new-style] } } } }
        """, "test").Canonical!, ImmutableDictionary<StepAddress, StepOutputs>.Empty);

    /// <summary>The configuration with another slice, a snapshot that is not taken yet, and another target.</summary>
    private MigrationConfig With(string name, SliceConfig slice)
    {
        var migration = _run.Config.Migrations["old"];
        var main = migration.Snapshots["main"];
        return _run.Config with
        {
            Targets = _run.Config.Targets.Add("green", new() { Endpoint = "http://green.test:9200" }),
            Migrations = _run.Config.Migrations.SetItem("old", migration with
            {
                Snapshots = migration.Snapshots.Add("later", main with { Existing = null, Take = new() }),
                Slices = migration.Slices.SetItem("all", migration.Slices["all"] with { Snapshot = "main" }).Add(name, slice with { Snapshot = slice.Snapshot ?? "main" }),
            }),
        };
    }

    private static SliceConfig Slice(params string[] templates) =>
        new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() { Include = [.. templates] } } };

    private async Task ApplyAsync() =>
        Assert.IsType<StepResult.Done>(await _run.RunAsync(_step, await _run.EvaluateAsync(_step, Cancellation), Cancellation));

    private sealed class Watched(HttpMessageHandler network, Action<HttpRequestMessage> tell) : DelegatingHandler(network)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            tell(request);
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>As if an earlier run had made it, of a configuration, or a snapshot, that wanted it.</summary>
    private async Task MadeAsync(ObjectName name, string path, string definition)
    {
        await _target.PutAsync(path, definition, Cancellation);
        var journal = await CreationJournal.OpenAsync(_run.FilesOf(_step), Cancellation);
        var made = JsonNode.Parse(definition)!.AsObject();
        await journal.AddAsync(name, name.Index, made);
        await journal.ConfirmAsync(name, made, uuid: null);
    }
}
