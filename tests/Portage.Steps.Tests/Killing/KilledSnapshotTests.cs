using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Killing;

/// <summary>Taking a snapshot, killed at every moment.</summary>
public sealed class KilledSnapshotTests : KillingKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal override IReadOnlyDictionary<string, Story> Stories => new Dictionary<string, Story>
    {
        ["run"] = Of(WithSourceAsync, RunAsync),
        ["revert"] = Of(
            async scene =>
            {
                await WithSourceAsync(scene);
                scene.Do(transport => new SnapshotStep(transport));
            },
            async (transport, run) =>
            {
                await run.RevertAsync(new SnapshotStep(transport), Cancellation);
                return "reverted";
            }),
    };

    [Theory]
    [InlineData("run")]
    [InlineData("revert")]
    public Task Killed_AtEveryMoment_TheNextProcessEndsAsIfItHadNotBeen(string story) => DieAtEveryMomentAsync(story);

    private static Story Of(Func<Scene, Task> before, Func<HttpMessageHandler, StepRun, Task<string>> act) =>
        new(new() { Indices = new() { Include = ["logs"] } }, before, act) { Snapshot = new() { Take = new() } };

    /// <summary>The source has an index, and its repository the snapshot that will be asked for: taking it writes nothing here.</summary>
    private async Task WithSourceAsync(Scene scene)
    {
        scene.Config = scene.Config with
        {
            Migrations = scene.Config.Migrations.SetItem("old", scene.Config.Migrations["old"] with { Source = new() { Endpoint = scene.Config.Targets["blue"].Endpoint } }),
        };
        await scene.SendAsync(HttpMethod.Put, "/logs", "{}");
        var file = Directory.GetFiles(Repository, "index-*").Single();
        var root = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancellation))!;
        root["snapshots"]!.AsArray().Single(entry => entry!["uuid"]!.ToString() == "jPM5kmfMRlCCU2bfIPokWQ")!["name"] = scene.NameOf(new SnapshotStep());
        await File.WriteAllTextAsync(file, root.ToJsonString(), Cancellation);
    }

    private static async Task<string> RunAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new SnapshotStep(transport), null, Cancellation));
}
