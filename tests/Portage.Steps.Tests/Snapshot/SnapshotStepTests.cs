using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Snapshot;

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
    public async Task RunAsync_IndicesInNoSlice_AreNamed()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var run = await StepRun.OfAsync(fixture["repo"], "second", Nowhere, new() { Indices = new() { Include = ["*"], Exclude = ["s*", "e*"] } }, Cancellation);
        var done = Assert.IsType<StepResult.Done>(await run.RunAsync(new SnapshotStep(), null, Cancellation));
        Assert.Contains("in no slice, so left behind: empty, excluded, softness, sorted, sparse, stored", done.Report.Lines);
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

    private static async Task SetStateAsync(string repository, string snapshot, int state)
    {
        var file = Directory.GetFiles(repository, "index-*").Single();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        root["snapshots"]!.AsArray().Single(entry => entry!["name"]!.GetValue<string>() == snapshot)!["state"] = state;
        await File.WriteAllTextAsync(file, root.ToJsonString(), Cancellation);
    }
}
