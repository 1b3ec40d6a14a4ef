using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Sandbox;
using Portage.Steps.Backfill;
using Portage.Steps.Reading;
using Portage.Steps.Snapshot;
using Portage.Steps.Tests.Killing;

namespace Portage.Steps.Tests.Snapshot;

/// <summary>Which snapshots are good enough, and what is said of them.</summary>
public sealed class SnapshotStepTests
{
    private const string Nowhere = "http://127.0.0.1:1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, "it failed: nothing useful was saved")]
    [InlineData(4, "the repository's last writer could not read")]
    public async Task RunAsync_SnapshotIsNoGood_IsRefused(int state, string words)
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await SetStateAsync(fixture["repo"], "second", state);
        var failure = await Assert.ThrowsAsync<StepException>(() => StepRun.OfAsync(fixture["repo"], "second", Nowhere, new(), Cancellation));
        Assert.Equal(("PG3007", false), (failure.Because.Code, failure.IsTransient));
        Assert.Contains(words, failure.Because.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_SnapshotIsStillBeingTaken_IsTriedAgain()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await SetStateAsync(fixture["repo"], "second", 0);
        File.Delete(Path.Combine(fixture["repo"], "snap-jPM5kmfMRlCCU2bfIPokWQ.dat"));
        var failure = await Assert.ThrowsAsync<StepException>(() => StepRun.OfAsync(fixture["repo"], "second", Nowhere, new(), Cancellation));
        Assert.Equal(("PG3007", true), (failure.Because.Code, failure.IsTransient));
    }

    [Fact]
    public async Task LookAsync_ASnapshotThatWasTaken_IsNamedAndDeletedOnlyIfApproved()
    {
        await using var sandbox = SandboxCluster.WithoutNetwork(new());
        using var transport = new SnapshotsOfTest(sandbox.Transport);
        var (run, step, name) = await TakenAsync(transport);
        Destruction[] gone = [new(DestructionKind.DeleteSnapshot, "old", name, null, null, 0)];
        Assert.True(new SnapshotInputs().Derive(run.Config).Single().Destroys);
        Assert.Equal(gone, await step.LookAsync(run.LookContextOf(step), Cancellation));
        Assert.Equal("delete snapshot " + name + " on old", DestructionText.Line(gone[0]));

        var refused = await step.RevertAsync(run.RevertContextOf(step) with { Approved = [] }, Cancellation);
        Assert.Equal(gone, Assert.IsType<RevertResult.Changed>(refused).Now);
        Assert.Equal([$"portage-old-main /s {name}"], transport.All);

        Assert.IsType<RevertResult.Done>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = [.. gone] }, Cancellation));
        Assert.Equal(["portage-old-main /s "], transport.All);
        Assert.Empty(await step.LookAsync(run.LookContextOf(step), Cancellation));
    }

    [Fact]
    public async Task LookAsync_ASnapshotThatWasBrought_IsNothing()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", Nowhere, new(), Cancellation);
        Assert.True(new SnapshotInputs().Derive(run.Config).Single().IsRedoneBeside);
        Assert.Empty(await new SnapshotStep().LookAsync(run.LookContextOf(new SnapshotStep()), Cancellation));
    }

    [Fact]
    public async Task EstimateAsync_IndicesInNoSlice_AreNamed()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", Nowhere, new() { Indices = new() { Include = ["*"], Exclude = ["s*", "e*"] } }, Cancellation);
        var estimate = await new SnapshotStep().EstimateAsync(run.EstimateContextOf(new SnapshotStep()), Cancellation);
        Assert.EndsWith("; 6 of them in no slice", estimate!.Text, StringComparison.Ordinal);
        Assert.StartsWith("left behind: indices empty, excluded, softness, sorted, sparse, stored: ", Assert.Single(estimate.Notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logs", "1 index, ")]
    [InlineData("nested", "1 index, up to ")]
    public async Task EstimateAsync_NestedObjects_AreNotTakenForDocuments(string index, string words)
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", Nowhere, new() { Indices = new() { Include = [index] } }, Cancellation);
        var estimate = (await new BackfillStep().EstimateAsync(run.EstimateContextOf(new BackfillStep()), Cancellation))!;
        var documents = GoldenDocument.ReadAll(Path.Combine(fixture["golden"], "second", $"{index}.ndjson")).Count();
        Assert.True(estimate.DocumentCount >= documents);
        Assert.Equal(words.Contains("up to", StringComparison.Ordinal), estimate.DocumentCount > documents);
        Assert.StartsWith($"{words["1 index, ".Length..]}{estimate.DocumentCount:N0} documents, ", estimate.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TwoSnapshots_DigestsDifferWhereTheIndexDoes()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var (first, second) = (await PartsOfAsync(fixture["repo"], "first"), await PartsOfAsync(fixture["repo"], "second"));
        Assert.Equal(first, await PartsOfAsync(fixture["repo"], "first"));
        Assert.NotEqual(first[("documents", "logs")], second[("documents", "logs")]);
    }

    [Fact]
    public async Task RunAsync_SnapshotOfTheSameNameWasTakenMeanwhile_TheSliceReadsNeither()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });

        // The names of the two are exchanged: what was verified as the second has another name now, and another has its.
        var file = Directory.GetFiles(slice.Repository, "index-*").Single();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        var entries = root["snapshots"]!.AsArray();
        var taken = entries.Single(entry => entry!["name"]!.GetValue<string>() == "second")!;
        entries.Remove(taken);
        entries.Single(entry => entry!["name"]!.GetValue<string>() == "first")!["name"] = "second";
        await File.WriteAllTextAsync(file, root.ToJsonString(), Cancellation);

        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.Equal(("PG3006", false), (failure.Because.Code, failure.IsTransient));
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    [Fact]
    public async Task RunAsync_SlicesChanged_SaysTheSame()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", Nowhere, new(), Cancellation);
        var all = Assert.IsType<StepResult.Done>(await run.RunAsync(new SnapshotStep(), null, Cancellation));
        run.Change(with => with with { Indices = new() { Include = ["logs"] } });
        var one = Assert.IsType<StepResult.Done>(await run.RunAsync(new SnapshotStep(), null, Cancellation));
        Assert.Equal(all.Report.Digest, one.Report.Digest);
    }

    [Fact]
    public void OfDefinition_OtherAlias_IsAnother()
    {
        Fingerprint Of(string alias) => SnapshotDigests.OfDefinition(Json("{}"), [("_doc", Json("{}"))], [("a", Json(alias))]);
        Assert.Equal(Of("{}"), Of("{}"));
        Assert.NotEqual(Of("{}"), Of("""{"is_write_index":true}"""));
        Assert.NotEqual(Of("{}"), SnapshotDigests.OfDefinition(Json("{}"), [("_doc", Json("{}"))], []));
    }

    [Fact]
    public void OfDocuments_OtherChecksum_IsAnother()
    {
        Fingerprint Of(uint checksum) => SnapshotDigests.OfDocuments([[("_0.cfs", 100, checksum)]]);
        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1), Of(2));
        Assert.NotEqual(Of(1), SnapshotDigests.OfDocuments([null]));
    }

    [Fact]
    public void RefuseCollisions_TwoBecomeOne_IsRefused()
    {
        SliceContents.RefuseCollisions([("a", "a-b"), ("c", "c")], "p");
        var failure = Assert.Throws<StepException>(() => SliceContents.RefuseCollisions([("a", "a-b"), ("a-b", "a-b")], "p"));
        Assert.Equal("a and a-b would both become 'a-b'.", failure.Because.Detail);
    }

    private static System.Text.Json.JsonElement Json(string text) => System.Text.Json.JsonElement.Parse(text);

    private static async Task<Dictionary<(string Group, string Name), Fingerprint>> PartsOfAsync(string repository, string snapshot)
    {
        var run = await StepRun.OfAsync(repository, snapshot, Nowhere, new(), Cancellation);
        return run.Outputs.Values.Single().Parts.ToDictionary(part => (part.Group, part.Name), part => part.Digest);
    }

    private static async Task SetStateAsync(string repository, string snapshot, int state)
    {
        var file = Directory.GetFiles(repository, "index-*").Single();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        root["snapshots"]!.AsArray().Single(entry => entry!["name"]!.GetValue<string>() == snapshot)!["state"] = state;
        await File.WriteAllTextAsync(file, root.ToJsonString(), Cancellation);
    }

    /// <summary>A source that has a snapshot of ours.</summary>
    private static async Task<(StepRun Run, SnapshotStep Step, string Name)> TakenAsync(HttpMessageHandler transport)
    {
        var config = StepRun.ConfigOf("/s", new() { Take = new() }, "http://sandbox.test:9200", new());
        var run = new StepRun(config with { Migrations = config.Migrations.SetItem("old", config.Migrations["old"] with { Source = new() { Endpoint = "http://sandbox.test:9200" } }) });
        var step = new SnapshotStep(transport);
        var name = SnapshotStep.TakenName(run.ContextOf(step, null));
        using var source = new HttpClient(transport, disposeHandler: false) { BaseAddress = new("http://sandbox.test:9200") };
        using var repository = new StringContent("""{"type":"fs","settings":{"location":"/s"}}""", System.Text.Encoding.UTF8, "application/json");
        (await source.PutAsync(new Uri("/_snapshot/portage-old-main", UriKind.Relative), repository, Cancellation)).EnsureSuccessStatusCode();
        (await source.PutAsync(new Uri($"/_snapshot/portage-old-main/{name}", UriKind.Relative), null, Cancellation)).EnsureSuccessStatusCode();
        return (run, step, name);
    }
}
