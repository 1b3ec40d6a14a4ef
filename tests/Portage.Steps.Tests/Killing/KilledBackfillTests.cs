using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.Killing;

/// <summary>A backfill, killed at every moment.</summary>
public sealed class KilledBackfillTests : KillingKit
{
    private const string Theirs = """{"mine":true}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Slice => new()
    {
        Indices = new() { Include = ["logs", "routed"] },
        Backfill = new() { OperationCountMax = 100, Connections = 2, Workers = 2 },
    };

    internal override IReadOnlyDictionary<string, Story> Stories { get; } = new Dictionary<string, Story>
    {
        ["run"] = new(Slice, WithMetadata, RunAsync),
        ["run in ranges"] = new(Slice with { Indices = new() { Include = ["logs"] }, Backfill = Slice.Backfill with { RangeBytes = 2_000 } }, WithMetadata, RunAsync),
        ["run with rejects"] = new(Slice with { Indices = new() { Include = ["nosource", "logs"] } }, WithMetadata, RunAsync),
        ["run beside others' documents"] = new(
            Slice with { Indices = new() { Include = ["logs"] }, Backfill = Slice.Backfill with { OperationCountMax = 50 } },
            BesideOthersAsync,
            RunAsync),
        ["run before a final pipeline"] = new(
            Slice with { Indices = new() { Include = ["logs"] } },
            async scene =>
            {
                await WithMetadata(scene);
                await scene.SendAsync(HttpMethod.Put, "/logs/_settings", """{"index.final_pipeline":"last"}""");
            },
            RunAsync),
        ["resend"] = new(Slice with { Indices = new() { Include = ["nosource", "logs"] }, Backfill = Slice.Backfill with { OperationCountMax = 20, Workers = 1 } }, WithRejectsAsync, ResendAsync),
        ["run over others' documents"] = new(Slice with { Backfill = Slice.Backfill with { Conflict = ConflictChoice.Overwrite } }, BesideOthersAsync, OverwriteAsync),
        ["run that may overwrite"] = new(Slice with { Backfill = Slice.Backfill with { Conflict = ConflictChoice.Overwrite } }, WithMetadata, RunAsync),
        ["revert by making anew"] = new(Slice, Done, RevertAsync),
        ["revert of one index by making anew"] = new(Slice with { Indices = new() { Include = ["logs"] } }, Done, RevertAsync),
        ["revert by document"] = new(
            Slice,
            async scene =>
            {
                await Done(scene);
                await scene.SendAsync(HttpMethod.Put, "/logs/_doc/mine", Theirs);
            },
            RevertAsync),
        ["revert of what others wrote over"] = new(
            Slice with { Indices = new() { Include = ["logs"] } },
            async scene =>
            {
                await Done(scene);
                await scene.SendAsync(HttpMethod.Put, "/logs/_doc/mine", Theirs);
                await scene.SendAsync(HttpMethod.Put, "/logs/_doc/--JrBqIBvjPRHtuTtA_5", Theirs);
            },
            RevertAsync),
    };

    [Theory]
    [InlineData("run")]
    [InlineData("run in ranges")]
    [InlineData("run with rejects")]
    [InlineData("resend")]
    [InlineData("run over others' documents")]
    [InlineData("run beside others' documents")]
    [InlineData("run before a final pipeline")]
    [InlineData("revert by making anew")]
    [InlineData("revert by document")]
    public Task Killed_AtEveryMoment_TheNextProcessEndsAsIfItHadNotBeen(string story) => DieAtEveryMomentAsync(story);

    [Fact]
    public Task Killed_TwiceInARevert_TheNextProcessEndsAsIfItHadNotBeen() => DieTwiceAtEveryMomentAsync("revert of one index by making anew");

    [Theory]
    [InlineData("/logs/_doc/mine", """{"mine":true}""")]
    [InlineData("/logs/_doc/--JrBqIBvjPRHtuTtA_5", """{"mine":true}""")]
    public async Task Killed_BeforeAnIndexIsEmptied_DeletesNothingThatOthersWroteMeanwhile(string path, string theirs)
    {
        const string Revert = "revert of one index by making anew";
        await using var scene = await BeginAsync(Revert);
        var process = new KillableProcess(await MomentOfAsync(Revert, "before DELETE /logs"));
        Assert.Null(scene.Act(process, Stories[Revert].Act));
        await scene.SendAsync(HttpMethod.Put, path, theirs);

        Assert.Equal("reverted", scene.Act(new KillableProcess(diesAt: 0), Stories[Revert].Act));

        var left = Assert.Single(scene.Sandbox.Documents("logs"));
        Assert.Equal((path.Split('/')[^1], theirs), (left.Id, System.Text.Encoding.UTF8.GetString(left.Source.Span)));
    }

    [Fact]
    public async Task Killed_AfterAnIndexIsMadeAgain_KeepsTheAliasThatSomebodyGaveItMeanwhile()
    {
        const string Revert = "revert of one index by making anew";
        await using var scene = await BeginAsync(Revert);
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync(Revert, "after PUT /logs")), Stories[Revert].Act));
        await scene.SendAsync(HttpMethod.Put, "/logs/_alias/theirs", "{}");

        Assert.Equal("reverted", scene.Act(new KillableProcess(diesAt: 0), Stories[Revert].Act));

        Assert.Contains("\"theirs\":{}", await scene.EndAsync(withVersions: true), StringComparison.Ordinal);
    }

    /// <summary>Somebody made it anew in the moment in which there was none. While it is wanted that is in the way; once nobody wants it there, it is theirs.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Killed_AfterAnIndexIsDeletedAndSomebodyMadeIt_StaysTheirsOnceItIsNotWanted(bool isWanted)
    {
        const string Revert = "revert of one index by making anew";
        await using var scene = await BeginAsync(Revert);
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync(Revert, "after DELETE /logs")), Stories[Revert].Act));
        await scene.SendAsync(HttpMethod.Put, "/logs/_doc/theirs", """{"theirs":true}""");
        if (isWanted)
        {
            var failure = await Assert.ThrowsAsync<StepException>(() => Task.FromResult(scene.Act(new KillableProcess(diesAt: 0), Stories[Revert].Act)));
            Assert.Equal("PG4012", failure.Because.Code);
        }
        else
        {
            scene.Config = new StepRun(scene.Config).With(slice => slice with { Indices = new() { Include = ["routed"] } });
            Assert.Equal("reverted", scene.Act(new KillableProcess(diesAt: 0), Stories[Revert].Act));
        }

        Assert.Equal("theirs", Assert.Single(scene.Sandbox.Documents("logs")).Id);
    }

    [Fact]
    public async Task Killed_AfterAnIndexIsMadeAgain_TakesAwayTheAliasThatATemplateAdded()
    {
        const string Revert = "revert of one index by making anew";
        await using var scene = await BeginAsync(Revert);
        await scene.SendAsync(HttpMethod.Put, "/_template/theirs", """{"index_patterns":["logs"],"aliases":{"added":{}}}""");
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync(Revert, "after PUT /logs")), Stories[Revert].Act));
        Assert.True(await IsAddedAsync());

        Assert.Equal("reverted", scene.Act(new KillableProcess(diesAt: 0), Stories[Revert].Act));

        Assert.False(await IsAddedAsync());

        async Task<bool> IsAddedAsync() =>
            (await scene.EndAsync(withVersions: true)).Split('\n').Single(line => line.StartsWith("index logs ", StringComparison.Ordinal)).Contains("\"added\":{}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("before POST /_bulk?pipeline=_none&filter_path=errors,items.*.status,items.*.result,items.*.error,error,status")]
    [InlineData("after POST /_bulk?pipeline=_none&filter_path=errors,items.*.status,items.*.result,items.*.error,error,status")]
    public async Task Killed_BeforeADocumentIsAcknowledged_AsksBeforeItOverwritesWhatOthersWroteMeanwhile(string moment)
    {
        const string Run = "run that may overwrite";
        await using var scene = await BeginAsync(Run);
        Assert.Null(scene.Act(new KillableProcess(await MomentOfAsync(Run, moment)), Stories[Run].Act));
        await scene.SendAsync(HttpMethod.Put, "/logs/_doc/--JrBqIBvjPRHtuTtA_5?refresh=true", """{"mine":true}""");

        var changed = default(StepResult);
        scene.Act(new KillableProcess(diesAt: 0), async (transport, run) => $"{changed = await run.RunAsync(new BackfillStep(transport), null, Cancellation)}");

        var there = Assert.Single(Assert.IsType<StepResult.EvidenceChanged>(changed).Evidence.Destroys);
        Assert.Equal((DestructionKind.OverwriteDocuments, "logs", 1L, 1L), (there.Kind, there.Name, there.Documents, there.Foreign));
        Assert.Equal("""{"mine":true}""", System.Text.Encoding.UTF8.GetString(scene.Sandbox.Documents("logs").Single(document => document.Id == "--JrBqIBvjPRHtuTtA_5").Source.Span));
    }

    /// <summary>Somebody who looks in between sees each document once, and as many as are counted.</summary>
    [Fact]
    public async Task Killed_AtEveryMomentOfAResend_TheListIsWhatIsCounted()
    {
        const string Resend = "resend";
        for (var moment = 1; ; moment++)
        {
            await using var scene = await BeginAsync(Resend);
            if (scene.Act(new KillableProcess(moment), Stories[Resend].Act) is not null)
            {
                Assert.True(moment > 30);
                return;
            }

            scene.Act(new KillableProcess(diesAt: 0), async (_, run) =>
            {
                var files = run.FilesOf(new BackfillStep());
                foreach (var index in await files.ListItemsAsync(Cancellation))
                {
                    using var journal = await ItemJournal.LookAsync(files.Item(index), index, Cancellation);
                    var ids = await RejectedList.ReadAsync(files, name => name == index, Cancellation).Select(line => line.Id).ToListAsync(Cancellation);
                    Assert.Equal((journal.Sum(BackfillProgress.Rejected), ids.Count), (ids.Count, ids.Distinct().Count()));
                }

                return "looked";
            });
        }
    }

    /// <summary>Somebody asks for a plan after the kill: what it says is so, or is said to be at most so much.</summary>
    [Theory]
    [InlineData("revert by document")]
    [InlineData("revert of one index by making anew")]
    [InlineData("revert of what others wrote over")]
    public async Task Killed_AtEveryMomentOfARevert_WhatIsSaidToGoIsTrue(string revert)
    {
        for (var moment = 1; ; moment++)
        {
            await using var scene = await BeginAsync(revert);
            var process = new KillableProcess(moment);
            if (scene.Act(process, Stories[revert].Act) is not null)
            {
                Assert.True(moment > 15);
                return;
            }

            var said = ImmutableArray<Destruction>.Empty;
            scene.Act(new KillableProcess(diesAt: 0), async (transport, run) =>
            {
                var step = new BackfillStep(transport);
                said = await step.LookAsync(run.LookContextOf(step), Cancellation);
                return "looked";
            });
            foreach (var index in scene.Sandbox.Indices)
            {
                var documents = scene.Sandbox.Documents(index);
                var theirs = documents.Count(document => System.Text.Encoding.UTF8.GetString(document.Source.Span) == Theirs);
                var ours = documents.Count - theirs;

                // As of a plan in which the index goes as well.
                var whole = new Destruction(DestructionKind.DeleteIndex, "blue", index, documents.Count, null, null);
                ImmutableArray<Destruction> all = [whole, .. said.Where(one => one.Name == index)];
                foreach (var told in (Destruction[])[.. all[1..], .. Destruction.Explain(all).Skip(1)])
                {
                    var isSure = !DestructionText.Size(told).StartsWith("up to", StringComparison.Ordinal);
                    Assert.True(isSure ? told.Documents == ours : told.Documents >= ours, $"Killed {process.Moments[^1]}: {told}, and {ours} are ours and {theirs} theirs.");
                    Assert.True(told.Foreign is null or 0 || told.Foreign == theirs, $"Killed {process.Moments[^1]}: {told}, and {ours} are ours and {theirs} theirs.");
                }

                Assert.True(ours == 0 || said.Any(one => one.Name == index), $"Killed {process.Moments[^1]}: {ours} of {index} are ours, and nothing is said of them.");
                Assert.True(Destruction.Explain(all)[0].Foreign is not { } foreign || foreign == theirs);
            }
        }
    }

    /// <summary>A mapping that is too narrow for some of the documents, and wide enough by now; others have no source and never fit.</summary>
    private static async Task WithRejectsAsync(Scene scene)
    {
        await scene.SendAsync(HttpMethod.Put, "/logs", """{"mappings":{"properties":{"bytes":{"type":"integer"}}}}""");
        scene.Do(transport => new BackfillStep(transport));
        await scene.SendAsync(HttpMethod.Put, "/logs/_mapping", """{"properties":{"bytes":{"type":"integer","ignore_malformed":true}}}""");
    }

    private static Task<string> ResendAsync(HttpMessageHandler transport, StepRun run)
    {
        run.Resends = 1;
        return RunAsync(transport, run);
    }

    private static Task WithMetadata(Scene scene)
    {
        scene.Do(transport => new MetadataStep(transport));
        return Task.CompletedTask;
    }

    private static async Task Done(Scene scene)
    {
        await WithMetadata(scene);
        scene.Do(transport => new BackfillStep(transport));
    }

    /// <summary>Somebody has one document as the snapshot has it, and one of another content.</summary>
    private static async Task BesideOthersAsync(Scene scene)
    {
        await WithMetadata(scene);
        var repository = scene.Config.Migrations["old"].Snapshots["main"].Repository!.File!.Path!;
        var golden = GoldenDocument.ReadAll(Path.Combine(Path.GetDirectoryName(repository)!, "golden", "second", "logs.ndjson")).Take(2).ToArray();
        await scene.SendAsync(HttpMethod.Put, $"/logs/_doc/{golden[0].Id}", golden[0].Source);
        await scene.SendAsync(HttpMethod.Put, $"/logs/_doc/{golden[1].Id}", """{"mine":true}""");
    }

    private static async Task<string> RunAsync(HttpMessageHandler transport, StepRun run) => Story.Of(await run.RunAsync(new BackfillStep(transport), null, Cancellation));

    /// <summary>As approved: somebody's documents were there, and may be written over.</summary>
    private static async Task<string> OverwriteAsync(HttpMessageHandler transport, StepRun run)
    {
        var approved = new StepReport(ImmutableSortedDictionary<string, long>.Empty, []) { Destroys = [new(DestructionKind.OverwriteDocuments, "blue", "logs", 2, null, 2) { Item = "logs" }] };
        return Story.Of(await run.RunAsync(new BackfillStep(transport), approved, Cancellation));
    }

    private static async Task<string> RevertAsync(HttpMessageHandler transport, StepRun run)
    {
        await run.RevertAsync(new BackfillStep(transport), Cancellation);
        return "reverted";
    }
}
