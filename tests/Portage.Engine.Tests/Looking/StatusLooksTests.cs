using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Looking;
using Portage.Engine.Ports;
using Portage.Engine.Status;
using Portage.Engine.Tests.Core;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Looking;

/// <summary>That nobody is there is said only of what is recorded after it was seen.</summary>
public sealed class StatusLooksTests
{
    private const string Backfill = "logs/a@blue:backfill";
    private static readonly ControllerInfo Controller = new(1, default);

    private readonly Story _story = Story.AtBackfill().Begun(Backfill);

    [Fact]
    public async Task Answer_RunEndedAfterItWasRead_SaysThatItEnded()
    {
        var home = new Between(_story, [new RunEnded("default", 1, RunOutcome.Stopped, "ann")], Story.Nothing);
        var report = await AnswerAsync(home);
        Assert.Equal((RunOutcome.Stopped, 1L), (report.Outcome, report.Position));
        Assert.Equal([], report.Notes);
    }

    [Fact]
    public async Task Answer_NobodyCarriesTheRunOut_SaysSo()
    {
        var report = await AnswerAsync(new Between(_story, [], Gone(null)));
        Assert.Equal(["No controller carries out run 1: workflow start goes on with it."], report.Notes);
        Assert.Equal("running; its worker is gone; stands still without a controller: workflow start", SituationOf(report));
    }

    [Fact]
    public async Task Answer_TheEndOfAWorkerWasTakenInAfterItWasRead_IsNotTakenForGone()
    {
        var had = _story.Session.Steps[StepAddress.Parse(Backfill)];
        var reported = new StepReported("default", 1, had.Address, had.Attempt, new(ImmutableSortedDictionary<string, long>.Empty.Add("rejected", 0), ["all of it"]), new([], "{}"));
        var home = new Between(_story, [reported], Gone(Controller));
        Assert.Equal("its gate is asked next", SituationOf(await AnswerAsync(home)));
    }

    /// <summary>The look before saw the worker before: what is told of the next one is seen of it.</summary>
    [Fact]
    public async Task Answer_AnotherWorkerHasGoneOn_IsSeenAnew()
    {
        var had = _story.Session.Steps[StepAddress.Parse(Backfill)];
        var lost = new WorkloadLost("default", 1, had.Address, "gone", _story.Now);
        var begun = new StepStarted("default", 1, had.Address, 2, StepPhase.Run, had.Inputs!);
        var next = new WorkloadStarted("default", 1, lost.Step, new("test", Backfill, 2, Fingerprint.Of(Backfill)));
        var report = await AnswerAsync(new Between(_story, [lost, begun, next], Gone(Controller), Seen(new(null, IsAlive: true, null))));
        var situation = SituationOf(report);
        Assert.StartsWith("running, attempt 2; attempt 1 failed at ", situation, StringComparison.Ordinal);
        Assert.EndsWith(": gone", situation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_EverybodyIsThere_ReadsNothingAgain()
    {
        var home = new Between(_story, [new RunEnded("default", 1, RunOutcome.Stopped, "ann")], Seen(new(null, IsAlive: true, null)));
        Assert.Equal(0, (await AnswerAsync(home)).Position);
    }

    private ValueTask<StatusReport> AnswerAsync(Between home) =>
        StatusLooks.AnswerAsync(Kinds.Planner, home, new(_story.Home, _story.Session), TimeProvider.System, TestContext.Current.CancellationToken);

    private static string SituationOf(StatusReport report) => report.Steps.Single(step => step.Address == StepAddress.Parse(Backfill)).Situation;

    private static WorkSight Gone(ControllerInfo? controller) => Seen(new(null, IsAlive: false, null)) with { Controller = controller };

    private static WorkSight Seen(StepSight sight) =>
        Story.Nothing with { Controller = Controller, Steps = Story.Nothing.Steps.Add(StepAddress.Parse(Backfill), sight) };

    /// <summary>A home in which events are appended after it was read and before its work is looked at.</summary>
    /// <param name="looks">What each look sees; the last one also later.</param>
    private sealed class Between(Story story, ImmutableArray<LedgerEvent> news, params ImmutableArray<WorkSight> looks) : IHome
    {
        private int _looks;

        public string Place => throw new NotSupportedException();

        public bool Exists => throw new NotSupportedException();

        public ValueTask FollowAsync(HomeState state, CancellationToken cancellationToken)
        {
            foreach (var happened in news.Skip((int)state.Sequence))
            {
                state.Apply(new RecordedEvent(state.Sequence + 1, story.Now, happened));
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<WorkSight> LookAsync(SessionState session, CancellationToken cancellationToken) => new(looks[Math.Min(_looks++, looks.Length - 1)]);

        public ValueTask<HomeState> ReadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<RecordedEvent>> ReadEventsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ILogReader OpenLog() => throw new NotSupportedException();
    }
}
