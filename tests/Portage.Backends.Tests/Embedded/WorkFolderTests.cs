using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Backends.Tests.Embedded;

/// <summary>What anybody concludes from the files of a work folder who does not watch the work.</summary>
public sealed class WorkFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WorkFolder _work;

    public WorkFolderTests() => _work = new(_folder.Path);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string OutcomeFile => Path.Combine(_work.Path, "outcome.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2L, true)]
    [InlineData(1L, false)]
    [InlineData(null, false)]
    public void Sight_OfAWorkerThatLeftAnOutcome_HasEndedWhereItIsItsOwn(long? token, bool hasEnded)
    {
        _work.Outcome = Outcome;
        var sight = _work.Sight(null, token);
        Assert.Equal((false, hasEnded), (sight.IsAlive, sight.HasEnded));
    }

    [Fact]
    public void Sight_OfAWorkerThatHoldsItsFolder_IsAliveWhateverIsThere()
    {
        using var held = HomeLock.TryTake(_work.Lock);
        _work.Outcome = Outcome;
        var sight = _work.Sight(null, 2);
        Assert.Equal((true, false), (sight.IsAlive, sight.HasEnded));
    }

    [Fact]
    public void Sight_OfAnOutcomeThatIsNotWhole_IsGone()
    {
        File.WriteAllText(OutcomeFile, """{"token":2,""");
        var sight = _work.Sight(null, 2);
        Assert.Equal((false, false), (sight.IsAlive, sight.HasEnded));
    }

    /// <summary>Nobody may say of it that it is over.</summary>
    [Fact]
    public void Sight_OfAnOutcomeThatCannotBeRead_CountsAsAlive()
    {
        Directory.CreateDirectory(OutcomeFile);
        var sight = _work.Sight(null, 2);
        Assert.Equal((true, false), (sight.IsAlive, sight.HasEnded));
    }

    /// <summary>A worker that ends between two looks at it has either not ended or left its outcome: never is it gone.</summary>
    [Fact]
    public async Task Sight_OfAWorkerThatEndsMeanwhile_IsNeverGone()
    {
        // Whoever reads the outcome waits in the pipe until the worker has ended, with its outcome where the pipe was.
        using (var make = System.Diagnostics.Process.Start("mkfifo", [OutcomeFile]))
        {
            await make.WaitForExitAsync(Cancelled);
        }

        var held = HomeLock.TryTake(_work.Lock)!;
        var ending = Task.Run(
            () =>
            {
                using var pipe = new FileStream(OutcomeFile, FileMode.Open, FileAccess.Write);
                _work.Outcome = Outcome;
                held.Dispose();
            },
            Cancelled);

        var sight = _work.Sight(null, 2);
        if (!ending.IsCompleted && sight.IsAlive)
        {
            // It was not asked for: the worker still waits to be read.
            await File.ReadAllBytesAsync(OutcomeFile, Cancelled);
        }

        await ending;
        Assert.True(sight.IsAlive || sight.HasEnded);
        Assert.True(_work.Sight(null, 2).HasEnded);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Look_AtASessionWhoseWorkerLeftAnOutcome_TakesItForThatOfTheWorkerInTheLedger(long token, bool hasEnded)
    {
        var (step, identity) = (StepAddress.Parse("logs/posts@blue:backfill"), Fingerprint.Of("the work"));
        var home = new Home(_folder.Path);
        home.Create();
        var work = home.WorkOf("default", step, identity);
        Directory.CreateDirectory(work);
        new WorkFolder(work).Outcome = Outcome;
        var state = new HomeState();
        state.Apply(new SessionCreated("default", "ann"), default);
        state.Apply(new StepStarted("default", 1, step, 1, StepPhase.Run, new(1, [], [], new(identity, identity, identity))), default);
        state.Apply(new WorkloadStarted("default", 1, step, new("process", work, token, identity)), default);
        var sight = await new HomeAccess(home, new([]), TimeProvider.System).LookAsync(state.Sessions["default"], Cancelled);
        Assert.Equal((false, hasEnded), (sight.Of(step).IsAlive, sight.Of(step).HasEnded));
    }

    private static WorkOutcome Outcome { get; } = new(2, null, null, null, IsTransient: false);
}
