using System.Net;
using System.Net.Sockets;
using Portage.Backends.Embedded;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Ctrl-C in verbs that take long.</summary>
public sealed class InterruptTests
{
    /// <summary>Whoever started it was killed, as a demo is: nobody else would ever end what follows a run that cannot go on.</summary>
    [Fact]
    public async Task StartAttach_ReaderLeaves_EndsThoughTheRunDoesNot()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"], metadata: "{ approve: none }"));

        Assert.Equal("0\n", (await workflow.ShellAsync("workflow start --attach | head -1 > /dev/null; echo ${PIPESTATUS[0]}")).Out);
        (await workflow.RunAsync("status")).Expect(0).Says("is under way");
    }

    [Fact]
    public async Task StartAttached_CtrlC_DetachesAndTheRunGoesOn()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"]));
        target.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(150);
        await using var attached = workflow.Start("start", "--attach");
        await attached.SaysAsync("running   shop/orders@blue:backfill");

        await attached.SignalAsync("INT");

        (await attached.EndAsync()).Expect(130).Says("Detached; run 1 goes on in the background.");
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        (await workflow.RunAsync("start", "--attach")).Expect(0).Says("Run 1 is done.");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task StatusWatch_CtrlC_Leaves()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        await using var watching = workflow.Start("status", "--watch");
        await watching.SaysAsync("Under review (1)");

        await watching.SignalAsync("INT");

        (await watching.EndAsync()).Expect(0);
        Assert.NotNull(workflow.Find("controller"));
    }

    [Fact]
    public async Task LogFollow_CtrlC_Leaves()
    {
        await using var workflow = new Workflow();
        Directory.CreateDirectory(Path.Combine(workflow.Home, "logs"));
        await workflow.WriteAsync(".portage/logs/controller-20260101.jsonl", """{"time":"2026-01-01T00:00:00Z","level":"information","service":"controller","event":1,"message":"Something was said."}""" + "\n");
        await using var following = workflow.Start("log", "--follow");
        await following.SaysAsync("Something was said.");

        await following.SignalAsync("INT");

        (await following.EndAsync()).Expect(0);
    }

    [Fact]
    public async Task Sandbox_CtrlC_Ends()
    {
        await using var workflow = new Workflow();
        await using var sandbox = workflow.Start("sandbox", "start", "--port", "0");
        await sandbox.SaysAsync("Ctrl-C ends it.");

        await sandbox.SignalAsync("INT");

        (await sandbox.EndAsync()).Expect(0).Says("The sandbox is gone, with everything in it.");
    }

    [Fact]
    public async Task Sandbox_PortTaken_SaysSo()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();

        (await workflow.RunAsync("sandbox", "start", "--port", $"{target.Port}")).Expect(2).Says($"Port {target.Port} cannot be used", "workflow sandbox start --port 0");
    }

    [Fact]
    public async Task SnapshotDocuments_CtrlC_Is130()
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);

        // A pipe that nobody reads fills up, so that the verb is in the middle of writing.
        var pipe = workflow["pipe"];
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await using var printing = workflow.StartOther("/bin/sh", "-c", "exec \"$WORKFLOW\" snapshot documents nightly --repository repository >pipe");
        await using var reading = new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        Assert.Equal('{', reading.ReadByte());

        await printing.SignalAsync("INT");

        (await printing.EndAsync()).Expect(130);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("configure commit")]
    [InlineData("configure validate --probe")]
    public async Task VerbThatAsksACluster_CtrlCWhileItHangs_Is130(string line)
    {
        using var cluster = new TcpListener(IPAddress.Loopback, 0);
        cluster.Start();
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(TakenFrom($"http://{cluster.LocalEndpoint}"), "configure", "--file", "-")).Expect(0);
        await using var going = workflow.Start(line.Split(' '));
        using var asked = await cluster.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        await going.SignalAsync("INT");

        (await going.EndAsync()).Expect(130).Says("Interrupted.");
    }

    [Theory]
    [InlineData("configure --file -")]
    [InlineData("configure add targets -")]
    [InlineData("credentials create blue-admin")]
    public async Task VerbThatReadsStandardInput_CtrlC_Is130AndChangesNothing(string line)
    {
        await using var workflow = new Workflow();
        await using var going = workflow.Start(line.Split(' '));

        // More than a pipe holds: when all of it is written, the verb has begun to read.
        await going.TypeAsync($"targets: {{{new string(' ', 200_000)}");

        await going.SignalAsync("INT");

        (await going.EndAsync()).Expect(130).Says("Interrupted.");
        Assert.False(Directory.Exists(Path.Combine(workflow.Home, "secrets")) && Directory.EnumerateFiles(Path.Combine(workflow.Home, "secrets")).Any());
        (await workflow.RunAsync("configure", "show")).Expect(2);
    }

    [Fact]
    public async Task Demo_CtrlC_EndsWithEverythingItStarted()
    {
        await using var workflow = new Workflow();
        await using var demo = workflow.With("TMPDIR", workflow.Folder).Start("demo");
        await demo.SaysAsync("Started run 1");

        await demo.SignalAsync("INT");

        (await demo.EndAsync()).Expect(130);
        await Eventually.Async(() => !workflow.Background().Any(), "the controller's end");
    }

    [Fact]
    public async Task Demo_Killed_WhatItStartedEndsAndTheNextOneDeletesItsFolder()
    {
        await using var workflow = new Workflow();
        workflow.With("TMPDIR", workflow.Folder);
        await using var killed = workflow.Start("demo");
        await killed.SaysAsync("kill -9 for the controller");
        var folder = Assert.Single(Directory.EnumerateDirectories(workflow.Folder, "portage-demo-*"));

        // One that lives, one that somebody kept, and one that no demo made.
        using var lives = HomeLock.TryTake(Mark("portage-demo-lives", ".demo"));
        Directory.CreateDirectory(workflow["portage-demo-theirs"]);
        await File.WriteAllTextAsync(Mark("portage-demo-kept", ".demo-kept"), "", TestContext.Current.CancellationToken);

        await Processes.KillAsync(killed.Process);
        await Eventually.Async(() => !workflow.Background().Any(), "the controller's end");
        Assert.True(Directory.Exists(folder));

        await using var next = workflow.Start("demo");
        await next.SaysAsync($"Deleted {folder}, which a demo that was killed had left.");
        await next.SignalAsync("INT");
        (await next.EndAsync()).Expect(130);
        Assert.Equal(["portage-demo-kept", "portage-demo-lives", "portage-demo-theirs"], Directory.EnumerateDirectories(workflow.Folder, "portage-demo-*").Select(Path.GetFileName).Order());

        string Mark(string name, string mark) => Path.Combine(Directory.CreateDirectory(workflow[name]).FullName, mark);
    }

    private static string TakenFrom(string source) => $$"""
        targets: { blue: { endpoint: "http://127.0.0.1:1" } }
        migrations:
          shop:
            source: { endpoint: {{source}} }
            snapshots: { main: { repository: { file: { path: /nowhere } }, take: {} } }
            slices: { orders: { indices: { include: ["orders-*"] } } }

        """;
}
