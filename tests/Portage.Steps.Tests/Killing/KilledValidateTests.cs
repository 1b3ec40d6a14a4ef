using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Validate;

namespace Portage.Steps.Tests.Killing;

/// <summary>A comparison, killed at every moment.</summary>
public sealed class KilledValidateTests : KillingKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new() { Indices = new() { Include = ["logs", "routed"] } };

    internal override IReadOnlyDictionary<string, Story> Stories { get; } = new Dictionary<string, Story>
    {
        ["run"] = new(Slice, WithDifferences, RunAsync),
        ["run in ranges"] = new(Slice with { Indices = new() { Include = ["logs"] }, Backfill = new() { RangeBytes = 2_000 } }, WithDifferences, RunAsync),
        ["run, counts only"] = new(Slice with { Validate = new() { Mode = ValidateMode.Counts } }, WithDifferences, RunAsync),
        ["revert"] = new(
            Slice,
            async scene =>
            {
                await WithDifferences(scene);
                scene.Do(transport => new ValidateStep(transport));
            },
            async (transport, run) =>
            {
                await run.RevertAsync(new ValidateStep(transport), Cancellation);
                return "reverted";
            }),
    };

    [Theory]
    [InlineData("run")]
    [InlineData("run in ranges")]
    [InlineData("run, counts only")]
    [InlineData("revert")]
    public Task Killed_AtEveryMoment_TheNextProcessEndsAsIfItHadNotBeen(string story) => DieAtEveryMomentAsync(story);

    private static async Task WithDifferences(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        scene.Do(transport => new BackfillStep(transport));
        await scene.SendAsync(HttpMethod.Put, "/logs/_doc/too-many", """{"mine":true}""");
        await scene.SendAsync(HttpMethod.Delete, $"/logs/_doc/{Uri.EscapeDataString(scene.Sandbox.Documents("logs")[0].Id)}", null);
    }

    private static async Task<string> RunAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new ValidateStep(transport) { BatchDocumentsMax = 60 }, null, Cancellation));
}
