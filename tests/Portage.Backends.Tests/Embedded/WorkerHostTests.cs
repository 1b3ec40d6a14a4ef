using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Backends.Tests.Embedded;

/// <summary>A worker and its fence: each guard alone, since one behind it hides that it is gone.</summary>
public sealed class WorkerHostTests : IDisposable
{
    private static readonly StepAddress Step = StepAddress.Parse("logs/posts@blue:backfill");
    private static readonly Fingerprint Identity = Fingerprint.Of("the work");

    private readonly TempFolder _folder = new();
    private readonly WorkFolder _work;

    public WorkerHostTests()
    {
        _work = new(_folder.Path)
        {
            Fence = 2,
            Assignment = new("default", 1, Step, 1, new(1, [], [], new(Identity, Identity, Identity)), "{}", ImmutableDictionary<StepAddress, StepOutputs>.Empty),
        };
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_ItsTokenIsTheFence_WorksAndLeavesTheOutcome()
    {
        var step = new StepOfTest(context => context.AssertLease());
        Assert.Equal(0, await HostOf(step, TimeProvider.System).RunAsync(_work, 2, Cancelled));
        Assert.Equal(new WorkerInfo(Environment.ProcessId, 2), _work.Worker);
        Assert.Equal((2, 7), (_work.Outcome!.Token, _work.Outcome.Report!.Numbers["accepted"]));
        Assert.False(_work.HasLivingWorker);
    }

    [Fact]
    public async Task RunAsync_TheFenceIsRaisedBeforeItLooks_DoesNotBegin()
    {
        _work.Fence = 3;
        await NeverBeginsAsync(TimeProvider.System);
    }

    [Fact]
    public async Task RunAsync_TheFenceIsRaisedAsItTakesTheLock_DoesNotBegin() =>
        // The clock is asked between the look at the fence and the taking of the lock.
        await NeverBeginsAsync(new ClockOfTest(asked =>
        {
            if (asked == 2)
            {
                _work.Fence = 3;
            }
        }));

    [Fact]
    public async Task AssertLease_TheFenceIsRaisedWhileItWorks_EndsItWithoutAnOutcome()
    {
        var step = new StepOfTest(context =>
        {
            context.AssertLease();
            _work.Fence = 3;
            context.AssertLease();
        });
        Assert.Equal(1, await HostOf(step, TimeProvider.System).RunAsync(_work, 2, Cancelled));
        Assert.Equal(1, step.Runs);
        Assert.Null(_work.Outcome);
        Assert.False(_work.HasLivingWorker);
    }

    /// <summary>What is on its way is given up as a worker is stopped; whoever did it because of that must still see it.</summary>
    [Fact]
    public async Task RunAsync_StoppedWhileItWaits_TellsForWhat()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var word = new StepProgress(5, 5, "documents", null, null, ImmutableSortedDictionary<string, long>.Empty);
        var step = new StepOfTest(context =>
        {
            context.Progress(word with { Waiting = "the target is away" });
            stop.Cancel();
            context.Progress(word);
        });
        await HostOf(step, TimeProvider.System).RunAsync(_work, 2, stop.Token);
        Assert.Equal((null, "the target is away"), (_work.Progress!.Waiting, _work.Progress.WaitedFor));
    }

    private async Task NeverBeginsAsync(TimeProvider time)
    {
        var step = new StepOfTest(_ => { });
        Assert.Equal(1, await HostOf(step, time).RunAsync(_work, 2, Cancelled));
        Assert.Equal(3, _work.Fence);
        Assert.Equal(0, step.Runs);
        Assert.Null(_work.Worker);
        Assert.Null(_work.Outcome);
        Assert.False(_work.HasLivingWorker);
    }

    private static WorkerHost HostOf(IStep step, TimeProvider time) =>
        new(new Dictionary<StepKind, IStep> { [StepKind.Backfill] = step }, new NoSecrets(), time, NullLogger.Instance);

    /// <summary>Does what the test says.</summary>
    private sealed class StepOfTest(Action<RunContext> work) : IStep
    {
        public int Runs { get; private set; }

        public IStepDefinition Definition => throw new NotSupportedException("A worker runs, and nothing else.");

        public ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken) => throw new NotSupportedException("A worker runs, and nothing else.");

        public ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
        {
            Runs++;
            work(context);
            return ValueTask.FromResult<StepResult>(new StepResult.Done(new(ImmutableSortedDictionary<string, long>.Empty.Add("accepted", 7), ["7 accepted"]), new([], "{}")));
        }
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException(name);
    }

    /// <summary>The system's clock, that says how often it was asked for a timestamp.</summary>
    private sealed class ClockOfTest(Action<int> asked) : TimeProvider
    {
        private int _asked;

        public override long GetTimestamp()
        {
            asked(++_asked);
            return base.GetTimestamp();
        }
    }
}
