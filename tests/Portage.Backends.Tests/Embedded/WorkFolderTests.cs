using Portage.Backends.Embedded;

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

    private static WorkOutcome Outcome { get; } = new(2, null, null, null, IsTransient: false);
}
