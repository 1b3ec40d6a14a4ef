using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Steps.Metadata;

namespace Portage.Steps.Tests.Killing;

/// <summary>Metadata, killed at every moment.</summary>
public sealed class KilledMetadataTests : KillingKit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new() { Indices = new() { Include = ["logs"] }, Metadata = new() { Templates = new() { Include = ["*"] } } };

    internal override IReadOnlyDictionary<string, Story> Stories => new Dictionary<string, Story>
    {
        ["evaluate"] = new(Slice, Nothing, async (transport, run) => Story.Of(await run.EvaluateAsync(new MetadataStep(transport), Cancellation))),
        ["run"] = new(Slice, Nothing, RunAsync),
        ["run that removes"] = new(Slice, DoneAndUnwanted, RunApprovedAsync),
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

    public static TheoryData<string, string> Changes => new() { { "replicas", "none" }, { "none", "replicas" }, { "templates", "none" }, { "none", "templates" } };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Killed_InTheMiddleOfAChange_EditedBackItIsAsItWas(string was, string change)
    {
        var (deaths, expected) = (1, default(string));
        for (var isDead = true; isDead; deaths++)
        {
            await using var scene = await BeginAsync("evaluate");
            Configure(scene, was);
            scene.Do(transport => new MetadataStep(transport));
            expected ??= await OnTargetAsync(scene);
            Configure(scene, change);
            var process = new KillableProcess(deaths);
            isDead = scene.Act(process, RunSeenAsync) is null;

            Configure(scene, was);
            Assert.NotNull(scene.Act(new KillableProcess(diesAt: 0), RunSeenAsync));
            Assert.True(expected == await OnTargetAsync(scene), $"Killed {process.Moments[^1]}\n{await OnTargetAsync(scene)}");
        }

        Assert.True(deaths > 10);
    }

    [Fact]
    public async Task Killed_InTheMiddleOfAChange_EvidenceSaysWhatIsChanged()
    {
        await using var scene = await BeginAsync("evaluate");
        scene.Do(transport => new MetadataStep(transport));
        Configure(scene, "replicas");
        for (var deaths = 1; !(await OnTargetAsync(scene)).Contains("\"number_of_replicas\":\"3\"", StringComparison.Ordinal); deaths++)
        {
            scene.Act(new KillableProcess(deaths), RunSeenAsync);
        }

        Configure(scene, "templates");
        Assert.Contains("update index logs: setting index.number_of_replicas is 3 there, 0 here", scene.Evaluate(transport => new MetadataStep(transport)).Lines);
    }

    private static void Configure(Scene scene, string what) => scene.Config = new StepRun(scene.Config).With(slice => slice with
    {
        Metadata = new() { Templates = new() { Include = what == "templates" ? ["*"] : [], Exclude = what == "templates" ? [] : ["*"] }, Replicas = what == "replicas" ? 3 : null },
    });

    /// <summary>
    /// What is on the target, without what the step remembers, and without what evaluations make: the engine keeps the identity of work that has begun, by
    /// which those of the next process clear it away; here each configuration has its own.
    /// </summary>
    private static async Task<string> OnTargetAsync(Scene scene) =>
        string.Join('\n', (await scene.EndAsync(withVersions: true)).Split('\n').Where(line => !line.StartsWith("work/", StringComparison.Ordinal) && !line.Contains(" portage-scratch-", StringComparison.Ordinal)));

    // What is removed is removed only as a person saw it.
    private StepReport? _approved;

    private Task DoneAndUnwanted(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        scene.Config = new StepRun(scene.Config).With(slice => slice with { Metadata = new() { Templates = new() { Exclude = ["*"] } } });
        _approved = scene.Evaluate(transport => new MetadataStep(transport));
        Assert.NotEmpty(_approved.Destroys);
        return Task.CompletedTask;
    }

    private static Task Nothing(Scene scene) => Task.CompletedTask;

    private static Task Done(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        return Task.CompletedTask;
    }

    private async Task<string> RunApprovedAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new MetadataStep(transport), _approved, Cancellation));

    /// <summary>As somebody who lets pass whatever is found.</summary>
    private static async Task<string> RunSeenAsync(HttpMessageHandler transport, StepRun run)
    {
        var step = new MetadataStep(transport);
        return Story.Of(await run.RunAsync(step, await run.EvaluateAsync(step, Cancellation), Cancellation));
    }

    private static async Task<string> RunAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new MetadataStep(transport), null, Cancellation));

    private static async Task<string> RevertAsync(HttpMessageHandler transport, StepRun run)
    {
        await run.RevertAsync(new MetadataStep(transport), Cancellation);
        return "reverted";
    }
}
