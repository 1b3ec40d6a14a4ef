using System.Globalization;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Any process, any moment: the next start goes on, nothing is lost or doubled, and nobody is asked to clean up.</summary>
public sealed class CrashTests
{
    private const string Backfill = "shop/orders@blue:backfill";

    // Slow enough that there is a middle.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(150);

    [Theory]
    [InlineData("controller")]
    [InlineData("worker")]
    [InlineData("controller", "worker")]
    public async Task Kill_InTheMiddleOfABackfill_GoesOnWhereItWas(params string[] victims)
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);

        foreach (var victim in victims)
        {
            await Processes.KillAsync(workflow.Find(victim) ?? throw new InvalidOperationException($"No {victim} to kill."));
        }

        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        await EverythingArrivedOnceAsync(workflow, target);
        Assert.Equal(0, (await workflow.RunAsync("start")).Says("Nothing to do").ExitCode);
    }

    [Fact]
    public async Task Kill_Controller_NextOneAdoptsTheWorkerThatIsThere()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);
        var worker = workflow.Find("worker");

        await Processes.KillAsync(workflow.Find("controller")!.Value);
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(async () => (await workflow.RunAsync("explain", Backfill)).Out.Contains("worker adopted by a new controller", StringComparison.Ordinal), "the adoption");

        Assert.Equal(worker, workflow.Find("worker"));
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);
        Assert.DoesNotContain("token 2", (await workflow.RunAsync("explain", Backfill)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fence_RaisedAboveAWorker_WorkerStopsAndAnotherGoesOn()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);
        var worker = workflow.Find("worker")!.Value;
        await Processes.KillAsync(workflow.Find("controller")!.Value);

        // What a controller does that believes the worker dead.
        var fence = Assert.Single(Directory.EnumerateFiles(Path.Combine(workflow.Home, "work"), "fence", SearchOption.AllDirectories), file => file.Contains("backfill", StringComparison.Ordinal));
        await File.WriteAllTextAsync(fence, "7", TestContext.Current.CancellationToken);
        await Eventually.Async(() => !Processes.IsAlive(worker), "the end of the worker");
        var arrived = Samples.CountOn(target);
        Assert.InRange(arrived, 1, Samples.Documents - 1);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(fence)!, "outcome.json")));
        (await workflow.RunAsync("log", Backfill)).Says("lost its lease: its token is 1, the fence is 7");

        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);

        // Not 8: that is what the new controller made of 7, so that no worker on its way with 7 writes.
        (await workflow.RunAsync("explain", Backfill)).Says("worker started, token 9");
    }

    [Fact]
    public async Task Kill_WorkerWithItsOutcomeHalfWritten_GoesOnWhereItWas()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);
        await Processes.KillAsync(workflow.Find("controller")!.Value);
        await Processes.KillAsync(workflow.Find("worker")!.Value);
        var folder = Assert.Single(Directory.EnumerateDirectories(Path.Combine(workflow.Home, "work"), "*backfill*", SearchOption.AllDirectories));
        const string Half = """{"token":1,"report":{"numbers":{"accepted":13""";
        await File.WriteAllTextAsync(Path.Combine(folder, "outcome.json"), Half, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "outcome.json.next"), Half, TestContext.Current.CancellationToken);

        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);
        (await workflow.RunAsync("explain", Backfill)).Says("is gone without an outcome");
    }

    [Fact]
    public async Task Start_NoMoreRoomForTheLedgerMidRun_ControllerEndsAndNothingIsLost()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;

        // As in HomeTests; the limit itself comes when the backfill is under way.
        (await workflow.With("DOTNET_EnableWriteXorExecute", "0").ShellAsync("trap '' XFSZ; workflow start")).Expect(0);
        await MiddleAsync(target);
        var controller = workflow.Find("controller")!.Value;
        (await workflow.ShellAsync($"prlimit --pid {controller} --fsize=1")).Expect(0);
        await Eventually.Async(() => !Processes.IsAlive(controller), "the end of the controller");
        (await workflow.RunAsync("status")).Expect(0).Says("No controller carries out run 1");

        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);
        Assert.Equal(0, (await workflow.RunAsync("start")).Says("Nothing to do").ExitCode);
    }

    [Fact]
    public async Task Kill_ControllerWhileAReviewWaits_ReviewIsStillThere()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        var before = (await workflow.RunAsync("approve", "--list", "--output", "json")).Expect(0);

        await Processes.KillAsync(workflow.Find("controller")!.Value);

        Assert.Equal(before.Out, (await workflow.RunAsync("approve", "--list", "--output", "json")).Expect(0).Out);
        (await workflow.RunAsync("status")).Expect(0).Says("No controller carries out run 1: workflow start goes on with it.");

        // An approval needs no start: it brings the controller back by itself.
        (await workflow.RunAsync("approve", "--all")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);
    }

    [Fact]
    public async Task Kill_ControllerMidRun_OnlyVerbsByWhichSomethingGoesOnBeginAnother()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        await Processes.KillAsync(workflow.Find("controller")!.Value);

        foreach (var (verb, exitCode) in ((string, int)[])[
            ("session rename default renamed", 2), ("session delete default", 2), ("session create new", 0), ("session copy default copied", 0), ("session rename copied kept", 0), ("session switch default", 0), ("session delete kept --force", 0),
            ("configure update limits.workers 3", 0), ("configure discard", 0), ("--session new resume", 4), ("resume", 4), ("pause shop/orders@blue:validate", 0)])
        {
            Assert.DoesNotContain("goes on with run", (await workflow.RunAsync(verb.Split(' '))).Expect(exitCode).Out, StringComparison.Ordinal);
            Assert.True(workflow.Find("controller") is null, verb);
        }

        (await workflow.RunAsync("resume")).Expect(0).Says("A controller goes on with run 1 of session default.");
        Assert.NotNull(workflow.Find("controller"));
        Assert.DoesNotContain("goes on with run", (await workflow.RunAsync("start")).Expect(0).Says("Run 1 is under way already.").Out, StringComparison.Ordinal);

        // Programs are told as well.
        await Processes.KillAsync(workflow.Find("controller")!.Value);
        var messages = (await workflow.RunAsync("start", "--json")).Expect(0).Json.GetProperty("messages").EnumerateArray().Select(message => message.GetString());
        Assert.Equal(["Run 1 is under way already.", "A controller goes on with run 1 of session default."], messages);
    }

    [Fact]
    public async Task Kill_AttachedClient_RunGoesOn()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        await using var attached = workflow.Start("start", "--attach");
        await MiddleAsync(target);

        await Processes.KillAsync(attached.Process);
        target.Faults.DelayPerBulk = TimeSpan.Zero;

        await Eventually.Async(async () => (await Samples.StatusOfAsync(workflow, "shop/orders@blue:validate")).GetProperty("status").GetString() == "complete", "the end of the run");
        await EverythingArrivedOnceAsync(workflow, target);
    }

    [Fact]
    public async Task Start_SecondControllerOfAHome_LeavesTheFirstAlone()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        var first = workflow.Find("controller");

        (await workflow.RunAsync("controller", workflow.Home)).Expect(1);

        Assert.Equal(first, workflow.Find("controller"));
        (await workflow.RunAsync("status")).Expect(0).Says($"controller {first}");
        (await workflow.RunAsync("log")).Says("Another process holds the lock");
    }

    [Fact]
    public async Task Commit_OtherProcessFieldsMidRun_SameWorkerTakesThemOver()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], backfill: "{ workers: 1, connections: 1, operationCountMax: 10 }"));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);
        var worker = workflow.Find("worker");

        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.backfill.connections", "4")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0).Says($"adopt   {Backfill}", "connections");
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(async () => (await workflow.RunAsync("explain", Backfill)).Out.Contains("worker took over other process fields", StringComparison.Ordinal), "the acknowledgement of the worker");

        Assert.Equal(worker, workflow.Find("worker"));
        (await workflow.RunAsync("log", Backfill)).Says("Took over other process fields.");
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        await EverythingArrivedOnceAsync(workflow, target);
    }

    [Fact]
    public async Task Pause_MidBackfill_WorkerEndsAndResumeSendsNothingTwice()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);

        (await workflow.RunAsync("pause", "*:backfill")).Expect(0);
        await Eventually.Async(() => workflow.Find("worker") is null, "the end of the worker");
        await Eventually.Async(async () => (await workflow.RunAsync("status", "--output", "json")).Json.GetProperty("waitsForPerson").GetBoolean(), "the step to be held");
        var sent = target.Requests.Bulks;
        var arrived = Samples.CountOn(target);
        Assert.InRange(arrived, 1, Samples.Documents - 1);
        (await workflow.RunAsync("status")).Expect(0).Says("paused by alice: workflow resume '*:backfill'");
        (await workflow.RunAsync("start", "--attach")).Expect(3).Says("Run 1 is paused: workflow resume");
        Assert.Equal(sent, target.Requests.Bulks);

        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("resume", "*:backfill")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        await EverythingArrivedOnceAsync(workflow, target);

        // 50 documents a request from five shards: what is left, and no more.
        Assert.InRange(target.Requests.Bulks - sent, 1, ((Samples.Documents - arrived) / 50) + 5);
    }

    [Fact]
    public async Task Stop_MidBackfill_StartGoesOn()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = Slow;
        (await workflow.RunAsync("start")).Expect(0);
        await MiddleAsync(target);

        (await workflow.RunAsync("stop")).Expect(0).Says("Stopped run 1.");
        await Eventually.Async(() => !workflow.Background().Any(), "the end of controller and worker");
        var arrived = Samples.CountOn(target);
        Assert.InRange(arrived, 1, Samples.Documents - 1);
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0).Says("Started run 2");

        await EverythingArrivedOnceAsync(workflow, target);
    }

    [Fact]
    public async Task Commit_OtherIndicesAfterTheEnd_AddsThemAndTouchesNothingElse()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, $$"""
            targets: { blue: { endpoint: {{target.Endpoint}} } }
            migrations:
              shop:
                snapshots:
                  main: { repository: { file: { path: "{{workflow["repository"]}}" } }, existing: nightly }
                slices:
                  orders: { indices: { include: ["orders-2026-09"] }, metadata: { approve: none } }
                  customers: { indices: { include: ["customers"] }, metadata: { approve: none } }
            """);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        int[] VersionsOf(string index) => [.. target.Documents(index).Select(document => (int)document.Version)];
        var (september, customers) = (VersionsOf("orders-2026-09"), VersionsOf("customers"));

        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.indices.include", "[orders-*]")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0).Says("update  shop/orders@blue:backfill", "4 to keep, 3 to update");
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        Assert.Equal(["customers", "orders-2026-09", "orders-2026-10"], target.Indices);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Assert.Equal(september, VersionsOf("orders-2026-09"));
        Assert.Equal(customers, VersionsOf("customers"));
        (await workflow.RunAsync("start")).Expect(0).Says("Nothing to do");

        // Fewer: what was done for the other stays until somebody takes it back.
        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.indices.include", "[orders-2026-10]")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0).Says("orders-2026-09 is selected no longer, and left as it is");
        (await workflow.RunAsync("start")).Expect(0).Says("Nothing to do");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    private static Task MiddleAsync(SandboxCluster target) =>
        Eventually.Async(() => target.Requests.Bulks >= 3 && Samples.CountOn(target) > 0, "the middle of the backfill");

    private static async Task EverythingArrivedOnceAsync(Workflow workflow, SandboxCluster target)
    {
        Assert.Equal(Samples.Documents, Samples.CountOn(target));

        // Written once: a document that was written again would have another version.
        Assert.All(target.Indices.SelectMany(target.Documents), document => Assert.Equal(1, document.Version));
        var backfill = (await Samples.StatusOfAsync(workflow, Backfill)).GetProperty("report").GetProperty("numbers");
        Assert.Equal(
            backfill.GetProperty("documents").GetInt64().ToString(CultureInfo.InvariantCulture),
            (backfill.GetProperty("accepted").GetInt64() + backfill.GetProperty("rejected").GetInt64() + backfill.GetProperty("filtered").GetInt64()).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(Samples.Documents, backfill.GetProperty("accepted").GetInt64());
        Assert.Equal("complete", (await Samples.StatusOfAsync(workflow, "shop/orders@blue:validate")).GetProperty("status").GetString());
    }
}
