using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Conformance;
using Portage.Engine.Ports;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Sandbox;
using Portage.Steps.Backfill;
using Portage.Steps.Snapshot;
using Portage.Steps.Tests.Killing;

namespace Portage.Steps.Tests.Snapshot;

/// <summary>A snapshot that is taken anew is another one: what was copied from the first may have to be taken back.</summary>
public sealed class TakenAnewTests
{
    private const string Endpoint = "http://sandbox.test:9200";

    private static readonly Fingerprint Purpose = Fingerprint.Of("a");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_DoneAnew_TakesAnotherAndKeepsTheFirst()
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await using var sandbox = SandboxCluster.WithoutNetwork(new());
        using var transport = new SnapshotsOfTest(sandbox.Transport);
        var (run, step) = (RunOf(fixture["repo"]), new SnapshotStep(transport));
        var first = SnapshotStep.TakenName(run.ContextOf(step, null));
        await RenameAsync(fixture["repo"], ("first", first), ("second", $"{first}-2"));
        await SendAsync(transport, "/logs");

        Assert.Equal(first, await TakeAsync(run, step));
        Assert.Equal([$"portage-test-old-main-{RepositoryDigits(transport)} {fixture["repo"]} {first}"], transport.All);

        // A killed attempt goes on with the one that it had begun.
        Assert.IsType<StepResult.LooksAgain>(await step.RunAsync(run.ContextOf(step, null), Cancellation));
        Assert.Equal($"{first}-2", await TakeAsync(run, new SnapshotStep(transport)));
        Assert.EndsWith($"{first} {first}-2", Assert.Single(transport.All), StringComparison.Ordinal);

        // All of them go when the step does, and only if that was approved.
        var there = await step.LookAsync(run.LookContextOf(step), Cancellation);
        Assert.Equal([first, $"{first}-2"], there.Select(one => one.Name));
        Assert.IsType<RevertResult.Changed>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = [there[0]] }, Cancellation));
        Assert.EndsWith($"{first} {first}-2", Assert.Single(transport.All), StringComparison.Ordinal);
        Assert.IsType<RevertResult.Done>(await step.RevertAsync(run.RevertContextOf(step) with { Approved = there }, Cancellation));
        Assert.Empty(transport.All);
        Assert.Empty(run.Disk.Files);
    }

    [Fact]
    public async Task CurrentAsync_TheLastWasForAnotherPurpose_IsAnother()
    {
        var files = new MemoryStepFiles(new(), "work");
        Assert.Equal("s", await CurrentAsync(files, Purpose, null));
        Assert.Equal("s", await CurrentAsync(files, Purpose, null));
        Assert.Equal("s-2", await CurrentAsync(files, Fingerprint.Of("b"), null));
        Assert.Equal("s-2", await CurrentAsync(files, Fingerprint.Of("b"), null));
    }

    [Fact]
    public async Task CurrentAsync_OfAnEarlierBuild_CountsTheOneThatItTook()
    {
        var files = new MemoryStepFiles(new(), "work");
        Assert.Equal("s-2", await (await TakenSnapshots.ReadAsync(files, "s", Cancellation)).CurrentAsync(files, "s", Purpose, new("s", "u", "ES 7", true), Cancellation));
        Assert.Equal(["s", "s-2"], (await TakenSnapshots.ReadAsync(files, null, Cancellation)).Snapshots.Select(one => one.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RevertAsync_AnotherSnapshotIsReadByNow_TakesBackWhatWasCopiedFromTheFirst(bool isThere)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs"] } });
        var backfill = new BackfillStep();
        await slice.DoAsync(backfill);
        var copied = slice.Sandbox.Documents("logs").Count;
        await slice.Target.PutAsync("/logs/_doc/client-1?refresh=true", """{"mine":true}""", Cancellation);
        var old = slice.Run.Config.Migrations["old"];
        var other = old.Snapshots["main"] with { Existing = "first" };
        slice.Run.Config = slice.Run.Config with { Migrations = slice.Run.Config.Migrations.SetItem("old", old with { Snapshots = old.Snapshots.SetItem("main", other) }) };
        await slice.DoAsync(new SnapshotStep());
        if (!isThere)
        {
            await RenameAsync(slice.Repository, ("second", null));
        }

        var evidence = await backfill.EvaluateAsync(slice.Run.EvaluateContextOf(backfill) with { Redo = ["logs"] }, Cancellation);
        Assert.Equal(isThere ? 0 : 1, evidence.Lines.Count(line => line.StartsWith("logs: the snapshot that it was copied from is gone", StringComparison.Ordinal)));
        await slice.Run.RevertAsync(backfill, Cancellation);
        var left = slice.Sandbox.Documents("logs").Select(document => document.Id).ToArray();
        Assert.Contains("client-1", left);
        Assert.Equal(isThere, left.Length == 1);
        Assert.True(left.Length < copied);
    }

    private static StepRun RunOf(string repository)
    {
        var config = StepRun.ConfigOf(repository, new() { Take = new() }, Endpoint, new());
        return new(config with { Migrations = config.Migrations.SetItem("old", config.Migrations["old"] with { Source = new() { Endpoint = Endpoint } }) });
    }

    private static async Task<string> CurrentAsync(IStepFiles files, Fingerprint purpose, SnapshotOutputs? recorded) =>
        await (await TakenSnapshots.ReadAsync(files, null, Cancellation)).CurrentAsync(files, "s", purpose, recorded, Cancellation);

    /// <summary>Looks until it is taken, without waiting in between.</summary>
    private static async Task<string> TakeAsync(StepRun run, SnapshotStep step)
    {
        var context = run.ContextOf(step, null);
        StepResult result;
        do
        {
            result = await step.RunAsync(context, Cancellation);
        }
        while (result is StepResult.LooksAgain);

        run.Outputs = run.Outputs.SetItem(context.Address, Assert.IsType<StepResult.Done>(result).Outputs);
        return SnapshotOutputs.Of(run.Outputs, context.Address).Name;
    }

    private static string RepositoryDigits(SnapshotsOfTest transport) => transport.All.Single().Split(' ')[0].Split('-')[^1];

    private static async Task SendAsync(HttpMessageHandler transport, string path)
    {
        using var source = new HttpClient(transport, disposeHandler: false) { BaseAddress = new(Endpoint) };
        (await source.PutAsync(new Uri(path, UriKind.Relative), null, Cancellation)).EnsureSuccessStatusCode();
    }

    /// <summary>Gives snapshots of a repository other names; null takes them out of it.</summary>
    private static async Task RenameAsync(string repository, params (string Name, string? To)[] names)
    {
        var file = Directory.GetFiles(repository, "index-*").Single();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        var entries = root["snapshots"]!.AsArray();
        foreach (var (name, to) in names)
        {
            var entry = entries.Single(entry => entry!["name"]!.GetValue<string>() == name)!;
            if (to is null)
            {
                entries.Remove(entry);
            }
            else
            {
                entry["name"] = to;
            }
        }

        await File.WriteAllTextAsync(file, root.ToJsonString(), Cancellation);
    }
}
