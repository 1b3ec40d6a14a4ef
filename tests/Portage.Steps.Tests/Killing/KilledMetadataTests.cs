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
        ["run that removes"] = new(Slice, DoneAndUnwanted, RunAsync),
        ["revert"] = new(Slice, Done, RevertAsync),
    };

    [Theory]
    [InlineData("evaluate")]
    [InlineData("run")]
    [InlineData("run that removes")]
    [InlineData("revert")]
    public Task Killed_AtEveryMoment_TheNextProcessEndsAsIfItHadNotBeen(string story) => DieAtEveryMomentAsync(story);

    [Fact]
    public async Task Killed_BeforeATemplateIsMade_WhatSomebodyMadeMeanwhileIsTheirs()
    {
        const string Theirs = """{"index_patterns":["theirs-*"],"order":3}""";
        await using var scene = await BeginAsync("run");
        var process = new KillableProcess(await MomentOfAsync("run", "before PUT /_template/old-style"));
        Assert.Null(scene.Act(process, Stories["run"].Act));
        await scene.SendAsync(HttpMethod.Put, "/_template/old-style", Theirs);

        var evidence = scene.Evaluate(transport => new MetadataStep(transport));
        Assert.Contains(evidence.Lines, line => line.StartsWith("conflict template old-style: ", StringComparison.Ordinal));
        scene.Act(new KillableProcess(diesAt: 0), RevertAsync);

        Assert.Contains("theirs-*", await scene.EndAsync(withVersions: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_BeforeAnIndexIsMade_WhatSomebodyWroteIntoOneOfItsNameIsTheirs()
    {
        await using var scene = await BeginAsync("run");
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync("run", "before PUT /logs")), Stories["run"].Act));
        await scene.SendAsync(HttpMethod.Put, "/logs/_doc/theirs?refresh=true", "{}");

        scene.Act(new KillableProcess(diesAt: 0), RevertAsync);

        Assert.Equal("theirs", Assert.Single(scene.Sandbox.Documents("logs")).Id);
    }

    [Fact]
    public async Task Killed_AfterAnIndexIsMade_KeepsTheAliasThatSomebodyGaveItMeanwhile()
    {
        await using var scene = await BeginAsync("run");
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync("run", "after PUT /logs")), Stories["run"].Act));
        await scene.SendAsync(HttpMethod.Put, "/logs/_alias/theirs", "{}");

        Assert.NotNull(scene.Act(new KillableProcess(diesAt: 0), Stories["run"].Act));

        Assert.Contains("\"theirs\":{}", await scene.EndAsync(withVersions: true), StringComparison.Ordinal);
    }

    private static Task DoneAndUnwanted(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        scene.Config = new StepRun(scene.Config).With(slice => slice with { Metadata = new() { Templates = new() { Exclude = ["*"] } } });
        return Task.CompletedTask;
    }

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
