using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Homes on disks that take no writes, and homes of somebody else.</summary>
public sealed class HomeTroubleTests
{
    private const string FileSystems = "File systems cannot be mounted here.";

    [Fact]
    public async Task Run_ReadOnlyFileSystem_ReadsAndRefusesToWrite()
    {
        await using var workflow = new Workflow();
        await SkipUnlessMountable(workflow);
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));

        var read = await MountedAsync(workflow, "mount --bind .portage .portage && mount -o remount,bind,ro .portage", "status && w plan && w session list && w configure history && w log");
        read.Expect(0).Says("Session default", "to create", "* default");
        foreach (var verb in (string[])["start", "configure commit", "configure update migrations.shop.slices.orders.backfill.workers 2", "session create other", "pause", "credentials create x <<< a:b"])
        {
            (await MountedAsync(workflow, "mount --bind .portage .portage && mount -o remount,bind,ro .portage", verb)).Expect(1).Says("error PG5013", "cannot be written: Read-only file system", "Nothing was changed");
        }

        (await workflow.RunAsync("session", "list")).Expect(0);
    }

    [Fact]
    public async Task Status_ReadOnlyCopyOfARunningHome_ReadsWhatOnlyTheLogOfTheDatabaseHas()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await SkipUnlessMountable(workflow);
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        Assert.True(new FileInfo(Path.Combine(workflow.Home, "ledger.db-wal")).Length > 0);
        Directory.CreateDirectory(workflow["copy/.portage"]);
        foreach (var name in (string[])["ledger.db", "ledger.db-wal"])
        {
            File.Copy(Path.Combine(workflow.Home, name), Path.Combine(workflow["copy/.portage"], name));
        }

        var ran = await MountedAsync(workflow, "cd copy && mount --bind .portage .portage && mount -o remount,bind,ro .portage", "status");

        ran.Expect(0).Says("run 1 is under way", "Under review (1)");
    }

    [Fact]
    public async Task Run_FullDisk_ReadsAndRefusesToWrite()
    {
        await using var workflow = new Workflow();
        await SkipUnlessMountable(workflow);
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        const string Fill = "mkdir full && mount -t tmpfs -o size=200k none full && cp -r .portage full && cd full && (cat /dev/zero > fill || true) 2> /dev/null";

        (await MountedAsync(workflow, Fill, "status && w plan && w log")).Expect(0).Says("Session default", "to create");
        var refused = (await MountedAsync(workflow, $"rmdir full; {Fill}", "configure update migrations.shop.slices.orders.backfill.workers 2")).Expect(1).Says("error PG5006", "Nothing was changed. A worker that still finds room");
        Assert.DoesNotContain("what runs goes on", refused.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HomeOfAnotherUser_SaysThatItCannotBeRead()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        File.SetUnixFileMode(workflow.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        const string Nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups";
        if ((await workflow.ShellAsync($"{Nobody} \"$WORKFLOW\" --version")).ExitCode != 0)
        {
            Assert.Skip("Only root can run the program as somebody else.");
        }

        foreach (var verb in (string[])["status", "plan", "log", "start", "session list", "configure show"])
        {
            var said = (await workflow.ShellAsync($"{Nobody} \"$WORKFLOW\" {verb}")).Expect(1).Says("error PG5014", "Permission denied");
            Assert.DoesNotContain("PG2003", said.Out, StringComparison.Ordinal);
        }
    }

    private static async Task SkipUnlessMountable(Workflow workflow)
    {
        if ((await workflow.ShellAsync("unshare -rm mount -t tmpfs none /mnt")).ExitCode != 0)
        {
            Assert.Skip(FileSystems);
        }
    }

    /// <summary>Runs a verb where file systems of its own are mounted; <c>w</c> is the program.</summary>
    private static Task<Ran> MountedAsync(Workflow workflow, string mount, string verb) =>
        workflow.ShellAsync($"unshare -rm bash -c '{mount} && w() {{ \"$WORKFLOW\" \"$@\"; }} && w {verb}'");
}
