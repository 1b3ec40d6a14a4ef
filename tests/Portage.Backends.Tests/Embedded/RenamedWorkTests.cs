using Microsoft.Extensions.Time.Testing;
using Portage.Backends.Embedded;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Planning;

namespace Portage.Backends.Tests.Embedded;

/// <summary>The folder of a session's work goes along when the session gets another name, and no other folder does.</summary>
public sealed class RenamedWorkTests : IDisposable
{
    private static readonly Planner Planner = new([]);

    private readonly TempFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Perform_AfterARename_FindsTheWorkUnderTheNewName(bool wasKilled)
    {
        var home = new Home(_folder.Path);
        var access = new HomeAccess(home, Planner, TimeProvider.System);
        await access.PerformAsync(new Operation.CreateSession("trial", null) { By = "ann" }, Cancelled);
        Directory.CreateDirectory(home.WorkOf("trial") + "/step-1");
        if (wasKilled)
        {
            // Between the event and the move.
            await using var ledger = SqliteLedger.Open(home.Ledger, TimeProvider.System);
            await ledger.AppendAsync([new SessionRenamed("trial", "prod", "ann")], Cancelled);
        }
        else
        {
            Assert.False((await access.PerformAsync(new Operation.RenameSession("trial", "prod") { By = "ann" }, Cancelled)).HasFailed);
            Assert.True(Directory.Exists(home.WorkOf("prod") + "/step-1"));
        }

        // Another one of the old name, which begins with nothing and is not moved along.
        await access.PerformAsync(new Operation.CreateSession("trial", null) { By = "ann" }, Cancelled);
        Assert.True(Directory.Exists(home.WorkOf("prod") + "/step-1"));
        Assert.False(Directory.Exists(home.WorkOf("trial")));
        Directory.CreateDirectory(home.WorkOf("trial") + "/step-2");
        await access.PerformAsync(new Operation.SwitchSession("prod") { By = "ann" }, Cancelled);
        Assert.True(Directory.Exists(home.WorkOf("trial") + "/step-2"));
        Assert.True(Directory.Exists(home.WorkOf("prod") + "/step-1"));
    }

    [Fact]
    public void Follow_Renames_MovesEachOnce()
    {
        var home = new Home(_folder.Path);
        var folders = new WorkFolders(home, new FakeTimeProvider());
        Work(home, "trial", "of trial");
        folders.Follow([("trial", "prod")]);
        Assert.Equal("of trial", Read(home, "prod"));

        // Another session has that name now.
        Work(home, "trial", "of another");
        folders.Follow([("trial", "prod")]);
        Assert.Equal(("of trial", "of another"), (Read(home, "prod"), Read(home, "trial")));

        folders.Follow([("trial", "prod"), ("prod", "live"), ("trial", "prod")]);
        Assert.Equal(("of trial", "of another", null), (Read(home, "live"), Read(home, "prod"), Read(home, "trial")));
    }

    [Fact]
    public void Follow_MovedButNotNoted_LeavesItThere()
    {
        var home = new Home(_folder.Path);
        Work(home, "prod", "of trial");
        new WorkFolders(home, new FakeTimeProvider()).Follow([("trial", "prod")]);
        Assert.Equal("of trial", Read(home, "prod"));
    }

    [Fact]
    public void Follow_OverWhatADeletedSessionLeft_TakesItsPlace()
    {
        var home = new Home(_folder.Path);
        Work(home, "prod", "of a deleted one");
        Work(home, "trial", "of trial");
        new WorkFolders(home, new FakeTimeProvider()).Follow([("trial", "prod")]);
        Assert.Equal(("of trial", null), (Read(home, "prod"), Read(home, "trial")));
    }

    [Fact]
    public void Follow_WithALedgerBegunAnew_CountsAnew()
    {
        var home = new Home(_folder.Path);
        var folders = new WorkFolders(home, new FakeTimeProvider());
        folders.Follow([("a", "b"), ("b", "c")]);
        folders.Follow([]);
        Work(home, "trial", "of trial");
        folders.Follow([("trial", "prod")]);
        Assert.Equal("of trial", Read(home, "prod"));
    }

    private static void Work(Home home, string session, string text)
    {
        Directory.CreateDirectory(home.WorkOf(session) + "/step-1");
        File.WriteAllText(home.WorkOf(session) + "/step-1/journal.jsonl", text);
    }

    private static string? Read(Home home, string session) =>
        File.Exists(home.WorkOf(session) + "/step-1/journal.jsonl") ? File.ReadAllText(home.WorkOf(session) + "/step-1/journal.jsonl") : null;
}
