using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Portage.Backends.Embedded;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Backends.Tests.Embedded;

public sealed class HomeFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryTake_ASecondTime_GivesNothingUntilTheFirstLetsGo()
    {
        var path = Path.Combine(_folder.Path, "lock");
        using (var first = HomeLock.TryTake(path))
        {
            Assert.NotNull(first);
            Assert.Null(HomeLock.TryTake(path));
            Assert.True(HomeLock.IsHeldBySomebody(path));
        }

        Assert.False(HomeLock.IsHeldBySomebody(path));
        using var second = HomeLock.TryTake(path);
        Assert.NotNull(second);
    }

    [Fact]
    public void IsHeldBySomebody_WithTwoLookingAtOnce_DoesNotTakeOneForTheHolder()
    {
        var path = Path.Combine(_folder.Path, "lock");
        File.WriteAllText(path, "");
        using var looking = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Assert.False(HomeLock.IsHeldBySomebody(path));
    }

    [Fact]
    public async Task TryTake_AfterTheHolderWasKilled_GivesTheLock()
    {
        var path = Path.Combine(_folder.Path, "lock");
        await File.WriteAllTextAsync(path, "", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--no-fork", "-x", path, "sh", "-c", "echo held; exec cat"])
        {
            start.ArgumentList.Add(argument);
        }

        start.RedirectStandardInput = true;
        using var holder = Start(start);
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Null(HomeLock.TryTake(path));
        Assert.True(HomeLock.IsHeldBySomebody(path));
        holder.Kill();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var taken = HomeLock.TryTake(path);
        Assert.NotNull(taken);
    }

    [Fact]
    public void Write_OverAnOldFile_LeavesTheNewOneAlone()
    {
        var path = Path.Combine(_folder.Path, "file");
        Assert.Null(DurableFile.Read(path));
        DurableFile.Write(path, "one"u8);
        DurableFile.Write(path, "two"u8);
        Assert.Equal("two"u8.ToArray(), DurableFile.Read(path));
        DurableFile.Publish(path, "three"u8);
        Assert.Equal("three"u8.ToArray(), DurableFile.Read(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Read_ASecret_TakesTheVariableFirst()
    {
        Keep("blue-admin", "from:file\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("from:variable", Secrets(("PORTAGE_SECRET_BLUE_ADMIN", "from:variable")).Read("blue-admin"));
        Assert.Equal("from:file", Secrets().Read("blue-admin"));
    }

    [Theory]
    [InlineData("ann:pw", "ann:pw")]
    [InlineData("ann:pw\n", "ann:pw")]
    [InlineData("ann:pw\r\n", "ann:pw")]
    [InlineData("ann:pw\n\n", "ann:pw\n")]
    [InlineData("ann:pw ", "ann:pw ")]
    public void Read_ASecretFile_LeavesOutOneLineBreakAtTheEnd(string text, string value)
    {
        Keep("s", text, UnixFileMode.UserRead);
        Assert.Equal(value, Secrets().Read("s"));
    }

    [Theory]
    [InlineData("s", UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    [InlineData("s", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public void Read_ASecretThatOthersCanRead_IsRefused(string name, UnixFileMode mode)
    {
        Keep(name, "ann:pw", mode);
        var failure = Assert.Throws<StepException>(() => Secrets().Read(name));
        Assert.Equal("PG5002", failure.Because.Code);
        Assert.DoesNotContain("ann:pw", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("../secrets/s")]
    [InlineData("")]
    public void Read_ASecretThatIsNotThere_SaysWhereItWasLookedFor(string name)
    {
        Keep("s", "ann:pw", UnixFileMode.UserRead);
        var failure = Assert.Throws<StepException>(() => Secrets().Read(name));
        Assert.Equal("PG5001", failure.Because.Code);
        Assert.False(failure.IsTransient);
    }

    /// <summary>Folders of earlier builds keep their names, though addresses had <c>&gt;</c> for <c>@</c>.</summary>
    [Theory]
    [InlineData("logs/posts@blue:backfill")]
    [InlineData("logs/posts>blue:backfill")]
    public void WorkOf_AStepOfATarget_IsNamedAsByEarlierBuilds(string address)
    {
        var identity = Fingerprint.Of("the work");
        Assert.Equal(
            Path.Combine(_folder.Path, "work", "default", $"logs+posts@blue=backfill-{identity.Short}"),
            new Home(_folder.Path).WorkOf("default", StepAddress.Parse(address), identity));
    }

    [Fact]
    public void ForgetAllBut_SomeSessions_DeletesTheWorkOfTheOthers()
    {
        var home = new Home(_folder.Path);
        Directory.CreateDirectory(home.WorkOf("gone") + "/step-1");
        Directory.CreateDirectory(home.WorkOf("there") + "/step-1");
        var folders = new WorkFolders(home, new FakeTimeProvider());
        folders.ForgetAllBut(["there", "new"]);
        Assert.Equal([home.WorkOf("there")], Directory.EnumerateDirectories(Path.Combine(_folder.Path, "work")));
        folders.Forget("there");
        folders.Forget("there");
        Assert.False(Directory.Exists(home.WorkOf("there")));
    }

    [Fact]
    public void Progress_InQuickSuccession_PublishesTheFirstAndTheLast()
    {
        var time = new FakeTimeProvider();
        var folder = new WorkFolder(Path.Combine(_folder.Path, "work"));
        var publish = new WorkFolders(new Home(_folder.Path), time).Progress(folder.Path);
        publish(At(1));
        publish(At(2));
        Assert.Equal(1, folder.Progress!.Done);
        time.Advance(TimeSpan.FromSeconds(1));
        publish(At(3));
        Assert.Equal(3, folder.Progress!.Done);
        publish(At(10));
        Assert.Equal(10, folder.Progress!.Done);
    }

    [Fact]
    public void Progress_OfWorkThatStandsStill_SaysWhenItWasSaidAndWhenItMoved()
    {
        var time = new FakeTimeProvider();
        var folder = new WorkFolder(Path.Combine(_folder.Path, "work"));
        var progress = new ProgressFile(folder, time);
        progress.Beat();
        Assert.Null(folder.Progress);
        var start = time.GetUtcNow();
        progress.Publish(At(1));
        time.Advance(TimeSpan.FromSeconds(1));
        progress.Beat();
        Assert.Equal((start, start), (folder.Progress!.At, folder.Progress.MovedAt));
        time.Advance(TimeSpan.FromSeconds(1));
        progress.Beat();
        Assert.Equal((start.AddSeconds(2), start), (folder.Progress!.At, folder.Progress.MovedAt));
        time.Advance(TimeSpan.FromSeconds(1));
        progress.Publish(At(1));
        Assert.Equal((start.AddSeconds(3), start), (folder.Progress!.At, folder.Progress.MovedAt));
        progress.Publish(At(10));
        Assert.Equal((10, start.AddSeconds(3)), (folder.Progress!.Done, folder.Progress.MovedAt));
    }

    [Fact]
    public void Progress_ThatCannotBeWritten_EndsNothing()
    {
        var path = Path.Combine(_folder.Path, "work");
        Directory.CreateDirectory(Path.Combine(path, "progress.json"));
        var publish = new WorkFolders(new Home(_folder.Path), new FakeTimeProvider()).Progress(path);
        publish(At(1));
        publish(At(10));
        Assert.True(Directory.Exists(Path.Combine(path, "progress.json")));
    }

    [Fact]
    public void Troubles_OfAControllerThatLives_AreReadUntilThereAreNone()
    {
        var home = new Home(_folder.Path);
        var file = new TroubleFile(home);
        var now = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
        var trouble = new Engine.Ports.WatchTrouble("default", Model.Addresses.StepAddress.Parse("logs/a@blue:backfill"), "cannot be seen", "No route.", now, now, now);
        file.Post([trouble]);
        var controller = new ControllerInfo(1, now);
        Assert.Equal([trouble], file.Read(controller));
        Assert.Empty(file.Read(null));
        file.Post([]);
        Assert.Empty(file.Read(controller));
    }

    [Theory]
    [InlineData(28, "PG5020", true)]
    [InlineData(122, "PG5020", true)]
    [InlineData(30, "PG5020", true)]
    [InlineData(5, "PG2014", false)]
    public void Failure_OfAFile_IsNoDefectWhereItCannotBeWritten(int error, string code, bool isTransient)
    {
        var failure = Engine.Running.StepFailure.Of(Model.Addresses.StepAddress.Parse("logs/a@blue:backfill"), new IOException("journal.jsonl: it said no.", error));
        Assert.Equal((code, isTransient, !isTransient), (failure.Because.Code, failure.IsTransient, failure.IsDefect));
        Assert.Contains("it said no", failure.Because.Detail, StringComparison.Ordinal);
    }

    private static StepProgress At(long done) => new(done, 10, "documents", null, null, System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("No flock program on this machine.");
            throw;
        }
    }

    private LocalSecrets Secrets(params (string Name, string Value)[] variables) =>
        new(new Home(_folder.Path), name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    private void Keep(string name, string text, UnixFileMode mode)
    {
        var home = new Home(_folder.Path);
        Directory.CreateDirectory(home.Secrets);
        var path = Path.Combine(home.Secrets, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
    }
}
