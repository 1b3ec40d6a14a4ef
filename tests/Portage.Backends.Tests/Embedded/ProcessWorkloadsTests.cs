using System.Collections.Immutable;
using Portage.Backends.Embedded;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Backends.Tests.Embedded;

/// <summary>What a controller concludes from the files of a work folder.</summary>
public sealed class ProcessWorkloadsTests : IDisposable
{
    private static readonly StepAddress Step = StepAddress.Parse("logs/posts@blue:backfill");
    private static readonly Fingerprint Identity = Fingerprint.Of("the work");

    private readonly TempFolder _folder = new();
    private readonly ProcessWorkloads _workloads;
    private readonly WorkFolder _work;

    public ProcessWorkloadsTests()
    {
        var home = new Home(_folder.Path);
        home.Create();
        _workloads = new(home, ["nothing-is-started"], TimeProvider.System);
        _work = new(home.WorkOf("default", Step, Identity));
        Directory.CreateDirectory(_work.Path);
    }

    [Theory]
    [InlineData(4096, "1000")]
    [InlineData(null, "not set")]
    public async Task Spawn_WithAndWithoutALimitForWhatIsYoung_TellsTheRuntimeOrNothing(int? bytes, string told)
    {
        var file = Path.Combine(_folder.Path, "told");
        using var process = ProcessWorkloads.Spawn(["/bin/sh", "-c", $"echo ${{{ProcessWorkloads.YoungestVariable}-not set}} >'{file}'"], bytes);
        await process.WaitForExitAsync(Cancelled);
        Assert.Equal(told, (await File.ReadAllTextAsync(file, Cancelled)).Trim());
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static WorkloadAssignment Assignment { get; } =
        new("default", 1, Step, 1, new(1, [], [], new(Identity, Identity, Identity)), "{}", ImmutableDictionary<StepAddress, StepOutputs>.Empty);

    private WorkloadHandle Handle => new("process", _work.Path, 2, Identity);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Observe_AnOutcomeOfThisWorker_IsIt()
    {
        _work.Outcome = OutcomeOf(2);
        Assert.IsType<WorkloadSighting.Done>(await SeeAsync());
    }

    [Fact]
    public async Task Observe_AnOutcomeOfAnOlderWorker_IsNone()
    {
        _work.Outcome = OutcomeOf(1);
        Assert.IsType<WorkloadSighting.Lost>(await SeeAsync());
    }

    [Fact]
    public async Task Observe_AnOutcomeAtAnyLengthOfItsText_IsLostUntilItIsWhole()
    {
        _work.Outcome = OutcomeOf(2);
        var file = Path.Combine(_work.Path, "outcome.json");
        var whole = await File.ReadAllBytesAsync(file, Cancelled);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file, whole[..length], Cancelled);
            Assert.IsType<WorkloadSighting.Lost>(await SeeAsync());
        }
    }

    [Fact]
    public async Task Observe_AnOutcomeThatWasNotPutInItsPlace_IsNone()
    {
        _work.Outcome = OutcomeOf(2);
        var file = Path.Combine(_work.Path, "outcome.json");
        File.Move(file, file + ".next");
        Assert.IsType<WorkloadSighting.Lost>(await SeeAsync());
    }

    [Fact]
    public async Task Observe_AWorkerThatHadMovedOn_IsLostByBadLuck()
    {
        _work.MovedBy = 1;
        Assert.False(Assert.IsType<WorkloadSighting.Lost>(await SeeAsync()).MadeProgress);
        _work.MovedBy = 2;
        Assert.True(Assert.IsType<WorkloadSighting.Lost>(await SeeAsync()).MadeProgress);
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(3, 2, false)]
    [InlineData(2, 1, false)]
    public async Task Adopt_AWorkerAtWork_NeedsItsNumberToBeTheFence(long fence, long worker, bool isAdopted)
    {
        using var held = HomeLock.TryTake(_work.Lock);
        _work.Fence = fence;
        _work.Worker = new(Environment.ProcessId, worker);
        _work.Assignment = Assignment;
        Assert.Equal(isAdopted, await _workloads.AdoptAsync(Handle, Cancelled));
        Assert.False(await _workloads.AdoptAsync(Handle with { Identity = Fingerprint.Of("other work") }, Cancelled));
        if (fence == worker)
        {
            Assert.Equal(Handle, await _workloads.FindAsync("default", Step, Identity, Cancelled));
        }
        else
        {
            // One that has lost its lease has not ended yet.
            await Assert.ThrowsAsync<WorkloadUnreachableException>(async () => await _workloads.FindAsync("default", Step, Identity, Cancelled));
        }
    }

    [Fact]
    public async Task Start_AWorkerIsAtWork_IsThatOne()
    {
        using var held = HomeLock.TryTake(_work.Lock);
        _work.Fence = 2;
        _work.Worker = new(Environment.ProcessId, 2);
        _work.Assignment = Assignment;

        Assert.Equal(Handle, await _workloads.StartAsync(Assignment, Cancelled));
        Assert.Null(_work.Tuning);

        // A controller may have changed the configuration since the worker began.
        Assert.Equal(Handle, await _workloads.StartAsync(Assignment with { Configuration = "{\"other\":1}" }, Cancelled));
        Assert.Equal((2, "{\"other\":1}"), (_work.Fence, _work.Tuning));
    }

    [Fact]
    public async Task Adopt_AWorkerThatIsGone_IsRefused()
    {
        _work.Fence = 2;
        _work.Worker = new(Environment.ProcessId, 2);
        Assert.False(await _workloads.AdoptAsync(Handle, Cancelled));
        Assert.Null(await _workloads.FindAsync("default", Step, Identity, Cancelled));
    }

    /// <summary>A worker of this build may take over what a controller of an earlier one assigned.</summary>
    [Fact]
    public void Assignment_OfAnEarlierBuild_IsTheSameWork()
    {
        var metadata = StepAddress.Parse("logs/posts@blue:metadata");
        var outputs = ImmutableDictionary<StepAddress, StepOutputs>.Empty.Add(metadata, new([], "made"));
        _work.Assignment = new("default", 1, Step, 1, new(1, [], [new ConsumedOutput(metadata, "created", Identity)], new(Identity, Identity, Identity)), "{}", outputs);
        var file = Path.Combine(_work.Path, "assignment.json");
        var text = File.ReadAllText(file);
        Assert.Equal(4, text.Split("posts@blue").Length);
        File.WriteAllText(file, text.Replace("posts@blue", "posts\\u003Eblue", StringComparison.Ordinal));
        Assert.Equal(Step, _work.Assignment.Step);
        Assert.Equal(metadata, Assert.Single(_work.Assignment.Inputs.Consumed).Upstream);
        Assert.Equal("made", _work.Assignment.Outputs[metadata].Data);
    }

    [Fact]
    public async Task Find_NoWorker_ForbidsTheOneThatMayBeOnItsWay()
    {
        _work.Fence = 2;
        Assert.Null(await _workloads.FindAsync("default", Step, Identity, Cancelled));
        Assert.Equal(3, _work.Fence);
    }

    [Fact]
    public async Task Find_AWorkerThatHadBegunAndIsGone_LeavesTheFence()
    {
        _work.Fence = 2;
        _work.Worker = new(Environment.ProcessId, 2);
        Assert.Null(await _workloads.FindAsync("default", Step, Identity, Cancelled));
        Assert.Equal(2, _work.Fence);
    }

    [Fact]
    public async Task Find_WhereNothingWasEverStarted_WritesNothing()
    {
        Assert.Null(await _workloads.FindAsync("default", Step, Identity, Cancelled));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_work.Path));
    }

    [Fact]
    public async Task Adjust_WithAFolderInTheWay_IsUnreachableAndSaysWhere()
    {
        Directory.CreateDirectory(Path.Combine(_work.Path, "tuning.json"));
        var trouble = await Assert.ThrowsAsync<WorkloadUnreachableException>(async () => await _workloads.AdjustAsync(Handle, "{}", Cancelled));
        Assert.Contains(_work.Path, trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithAFileWhereTheFolderGoes_SaysThatTheFolderCannotBeWritten()
    {
        Directory.Delete(_work.Path);
        File.WriteAllText(_work.Path, "");
        var refused = await Assert.ThrowsAsync<StepException>(async () => await _workloads.StartAsync(Assignment, Cancelled));
        Assert.Equal(("PG5020", true), (refused.Because.Code, refused.IsTransient));
    }

    [Fact]
    public async Task Start_OfAProgramThatIsNotThere_SaysThatTheWorkerCannotBeStarted()
    {
        var refused = await Assert.ThrowsAsync<StepException>(async () => await _workloads.StartAsync(Assignment, Cancelled));
        Assert.Equal(("PG5021", true), (refused.Because.Code, refused.IsTransient));
    }

    private async Task<WorkloadSighting> SeeAsync()
    {
        await foreach (var sighting in _workloads.WatchAsync(Handle, Cancelled))
        {
            return sighting;
        }

        throw new InvalidOperationException("Nothing was seen.");
    }

    private static WorkOutcome OutcomeOf(long token) =>
        new(token, new(ImmutableSortedDictionary<string, long>.Empty.Add("accepted", 13), ["13 accepted"]), new([], "{}"), null, false);
}
