using System.Buffers.Binary;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Where the home is, what it bears, and what makes none.</summary>
public sealed class HomeTests
{
    [Fact]
    public async Task Run_HomeWithBlanksAndALongPath_Works()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);

        // A Unix socket's path has 108 bytes at most.
        await using var workflow = new Workflow($"a folder with blanks/{new string('x', 100)}/ü 'quoted'");
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));

        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("approve", "--all")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task Run_FromASubfolder_FindsTheHomeUpwards()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        var below = Directory.CreateDirectory(workflow["a/b"]).FullName;

        (await workflow.RunInAsync(below, "", "status")).Expect(0).Says("Session default");
        (await workflow.RunInAsync(below, "", "session", "create", "other")).Expect(0);

        Assert.False(Directory.Exists(Path.Combine(below, ".portage")));
        (await workflow.RunAsync("session", "list")).Says("* other");
    }

    [Fact]
    public async Task Run_PortageHome_IsTheHomeItself()
    {
        await using var workflow = new Workflow();
        workflow.With("PORTAGE_HOME", workflow["elsewhere"]);

        (await workflow.RunAsync("session", "create", "prod")).Expect(0);

        Assert.True(File.Exists(workflow["elsewhere/ledger.db"]));
        Assert.False(Directory.Exists(workflow.Home));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(workflow["elsewhere"]));
    }

    [Fact]
    public async Task Run_TwoHomesAtOnce_DoNotMeet()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var one = new Workflow();
        await using var two = new Workflow();
        await Samples.CommitAsync(one, Samples.Configuration(target.Endpoint, one["repository"], metadata: "{ approve: manual }"));
        await Samples.CommitAsync(two, Samples.Configuration("http://127.0.0.1:1", two["repository"], metadata: "{ approve: manual }"));

        await Task.WhenAll(one.RunAsync("start"), two.RunAsync("start"));
        (await two.RunAsync("stop")).Expect(0).Says("Stopped run 1.");

        (await one.RunAsync("start", "--attach")).Expect(3);
        Assert.NotNull(one.Find("controller"));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("plan")]
    [InlineData("runs")]
    [InlineData("log")]
    [InlineData("explain x:snapshot")]
    [InlineData("approve --list")]
    [InlineData("session list")]
    [InlineData("credentials list")]
    [InlineData("configure show")]
    [InlineData("configure history")]
    [InlineData("configure validate")]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("configure commit")]
    [InlineData("configure discard")]
    [InlineData("configure remove targets.blue")]
    [InlineData("session switch prod")]
    public async Task Run_NothingEverConfigured_LeavesNoHome(string line)
    {
        await using var workflow = new Workflow();

        await workflow.RunAsync(line.Split(' '));

        Assert.Empty(Directory.EnumerateFileSystemEntries(workflow.Folder));
    }

    [Fact]
    public async Task Run_LedgerOfANewerVersion_SaysSoAndTouchesNothing()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        var ledger = Path.Combine(workflow.Home, "ledger.db");
        var bytes = await File.ReadAllBytesAsync(ledger, TestContext.Current.CancellationToken);

        // "User version" of the database header: https://www.sqlite.org/fileformat.html, 1.3.
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(60), 99);
        await File.WriteAllBytesAsync(ledger, bytes, TestContext.Current.CancellationToken);

        foreach (var line in (string[][])[["status"], ["plan"], ["start"], ["configure", "remove", "targets.blue"], ["approve", "--all"]])
        {
            (await workflow.RunAsync(line)).Expect(1).Says("error PG5004", "has format 99; this release knows up to 2", "PORTAGE_HOME");
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(ledger, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_LedgerIsNoDatabase_SaysSo()
    {
        await using var workflow = new Workflow();
        Directory.CreateDirectory(workflow.Home);
        await workflow.WriteAsync(".portage/ledger.db", new string('x', 5_000));

        (await workflow.RunAsync("status")).Expect(1).Says("error PG5005", "ledger.db");
    }

    [Fact]
    public async Task Configure_NoRoomForTheLedger_ChangesNothingAndSaysSo()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));

        // Files may not grow: the write-ahead log of the ledger cannot be written. The runtime's own double mapping of code needs a large file.
        var refused = await workflow.With("DOTNET_EnableWriteXorExecute", "0").ShellAsync("trap '' XFSZ; ulimit -f 4; workflow configure update migrations.shop.slices.orders.backfill.connections 3");

        refused.Expect(1).Says("error PG5006", "Nothing was changed");
        (await workflow.RunAsync("configure", "history", "--output", "json")).Expect(0);
        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.backfill.connections", "3")).Expect(0).Says("Revision 2 is pending.");
    }
}
