using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Killing;

/// <summary>Metadata, killed at every moment.</summary>
public sealed class KilledMetadataTests : KillingKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() { Include = ["*"] } } };

    internal override IReadOnlyDictionary<string, Story> Stories { get; } = new Dictionary<string, Story>
    {
        ["evaluate"] = new(Slice, Nothing, async (transport, run) => Story.Of(await run.EvaluateAsync(new MetadataStep(transport), Cancellation))),
        ["run"] = new(Slice, Nothing, RunAsync),
        ["revert"] = new(Slice, Done, RevertAsync),
    };

    [Theory]
    [InlineData("evaluate")]
    [InlineData("run")]
    [InlineData("revert")]
    public Task Killed_AtEveryMoment_TheNextProcessEndsAsIfItHadNotBeen(string story) => DieAtEveryMomentAsync(story);

    private static Task Nothing(Scene scene) => Task.CompletedTask;

    private static Task Done(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        return Task.CompletedTask;
    }

    private static async Task<string> RunAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new MetadataStep(transport), null, Cancellation));

    private static async Task<string> RevertAsync(HttpMessageHandler transport, StepRun run)
    {
        await run.RevertAsync(new MetadataStep(transport), Cancellation);
        return "reverted";
    }
}
