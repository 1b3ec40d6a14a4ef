using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Looking;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Tests.Core;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Looking;

/// <summary>What a plan asks of the clusters is told whole, and waited for no longer than a person waits.</summary>
public sealed class PlanReportsTests
{
    private const string Metadata = "logs/a@blue:metadata";
    private const string TwoSlices = "b:\n        indices: { include: [b] }";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Make_TwoSlicesWithTheSameMistake_TellsBoth()
    {
        var story = Configured();
        var report = await Reports(new VirtualTime(), estimate: (context, _) =>
            throw new StepException(DiagnosticCatalog.SliceIsEmpty.Error($"migrations.logs.slices.{context.Address.Part}.indices", "None of the 3 indices is selected."), isTransient: false, null)).MakeAsync(story.Session, story.Session.Pending!, story.Home, 1, withSizes: true, Cancellation);

        Assert.Equal(["migrations.logs.slices.a.indices", "migrations.logs.slices.b.indices"], report.Diagnostics.Select(diagnostic => diagnostic.Path));
        Assert.All(report.Diagnostics, diagnostic => Assert.Equal(Severity.Warning, diagnostic.Severity));
    }

    [Fact]
    public async Task Make_OneMistakeThatTwoStepsFind_TellsItOnce()
    {
        var story = Configured();
        var report = await Reports(new VirtualTime(), estimate: (context, _) =>
            throw new StepException(DiagnosticCatalog.SnapshotNotFound.Error($"migrations.logs.snapshots.main{(context.Address.Part == "a" ? ".existing" : "")}", "There is no snapshot 'x'."), isTransient: false, null)).MakeAsync(story.Session, story.Session.Pending!, story.Home, 1, withSizes: true, Cancellation);

        Assert.Equal("migrations.logs.snapshots.main.existing", Assert.Single(report.Diagnostics).Path);
    }

    [Fact]
    public async Task Make_NobodyAnswersHowLargeItIs_GivesUpAndSaysSo()
    {
        var (story, time) = (Configured(), new VirtualTime());
        var reports = Reports(time, estimate: NeverAsync<StepEstimate?>);
        var made = reports.MakeAsync(story.Session, story.Session.Pending!, story.Home, 1, withSizes: true, Cancellation);

        Assert.Equal(["logs/a@blue:metadata", "logs/b@blue:metadata"], reports.Asked.Select(step => step.ToString()));
        PassUntilDone(time, made);
        var warning = Assert.Single((await made).Diagnostics);
        Assert.Equal(("PG4001", Severity.Warning, "How large logs/a@blue:metadata and 1 more would be cannot be seen: No answer within 10 s."), (warning.Code, warning.Severity, warning.Detail));
        Assert.Equal(PlanReports.AnswersWithin, time.Elapsed);
        Assert.Empty(reports.Asked);
    }

    [Fact]
    public async Task Make_NobodyAnswersWhatWouldBeDestroyed_SaysThatItCannotBeSeen()
    {
        var time = new VirtualTime();
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.Redo([Metadata], IsWanted: true) { By = "ann" });
        var made = Reports(time, look: NeverAsync<ImmutableArray<Destruction>>).MakeAsync(story.Session, story.Session.Current!, story.Home, 1, withSizes: false, Cancellation);

        PassUntilDone(time, made);
        Assert.Equal("No answer within 10 s.", (await made).Plan.Changes.Single(change => change.Address == StepAddress.Parse(Metadata)).Unseen);

        // A start refuses it, and a plan must not look as if it did not.
        var refused = Assert.Single((await made).Diagnostics);
        Assert.Equal((DiagnosticCatalog.DestructionUnseen.Code, Severity.Error, $"{Metadata}: No answer within 10 s. A start is refused."), (refused.Code, refused.Severity, refused.Detail));
    }

    [Theory]
    [InlineData("[a]", true)]
    [InlineData("['*']", true)]
    [InlineData("[b]", false)]
    [InlineData("['*', '-a']", false)]
    public async Task Make_AnotherSessionHasWrittenWhatASliceMaySelect_WarnsBeforeTheSnapshotIsLookedAt(string include, bool isWarned)
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        var slice = include.Contains('-', StringComparison.Ordinal) ? "indices: { include: ['*'], exclude: [a] }" : $"indices: {{ include: {include} }}";
        Assert.False(story.Do(new Operation.Configure(Story.Config().Replace("indices: { include: [a] }", slice, StringComparison.Ordinal), "test", null) { By = "ann" }).HasFailed);
        var trial = story.Home.Sessions["trial"];
        var diagnostics = (await Reports(new VirtualTime()).MakeAsync(trial, trial.Pending!, story.Home, 1, withSizes: false, Cancellation)).Diagnostics;
        Assert.Equal(isWarned ? [(DiagnosticCatalog.IndexIsClaimed.Code, Severity.Warning)] : [], diagnostics.Select(one => (one.Code, one.Severity)));
    }

    [Fact]
    public async Task Make_AnotherSessionHasWrittenWhatASliceSelects_SaysThatAStartIsRefused()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        var snapshot = story.Session.Steps[StepAddress.Parse("logs/main:snapshot")];
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        story.Do(new Operation.Configure(Story.Config(), "test", null) { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        story.Tell(
            new RunStarted("trial", 1, 1, Fingerprint.Of("plan"), "ann"),
            new StepStarted("trial", 1, snapshot.Address, 1, StepPhase.Run, snapshot.Inputs!),
            new StepReported("trial", 1, snapshot.Address, 1, snapshot.Report!, snapshot.Outputs!),
            new StepCompleted("trial", 1, snapshot.Address),
            new RunEnded("trial", 1, RunOutcome.Stopped, "ann"));
        var trial = story.Home.Sessions["trial"];
        var refused = Assert.Single((await Reports(new VirtualTime()).MakeAsync(trial, trial.Current!, story.Home, 1, withSizes: false, Cancellation)).Diagnostics);
        Assert.Equal((DiagnosticCatalog.IndexIsClaimed.Code, Severity.Error), (refused.Code, refused.Severity));
        Assert.EndsWith("A start is refused.", refused.Detail, StringComparison.Ordinal);
    }

    /// <summary>What another session wrote is not told as if nobody of Portage had; under another name of the cluster as well, and of another cluster nobody is asked.</summary>
    [Theory]
    [InlineData("http://blue:9200", true)]
    [InlineData("http://green:9200", false)]
    public async Task Make_AnotherSessionWroteWhatIsWrittenOver_NamesIt(string endpoint, bool isNamed)
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.CreateSession("trial", null) { By = "ann" });
        var config = Story.Config("backfill: { conflict: overwrite }").Replace("blue: {", "green: {", StringComparison.Ordinal).Replace("http://blue:9200", endpoint, StringComparison.Ordinal);
        var configured = story.Do(new Operation.Configure(config, "test", null) { By = "ann" });
        Assert.False(configured.HasFailed, string.Join('\n', configured.Diagnostics));
        var trial = story.Home.Sessions["trial"];
        var reports = Reports(new VirtualTime(), look: LookAsync, looks: StepKind.Backfill);
        var told = Assert.Single((await reports.MakeAsync(trial, trial.Pending!, story.Home, 1, withSizes: false, Cancellation)).Plan.Changes.Single(change => change.Address.Kind == StepKind.Backfill).Destroys);
        Assert.Equal(isNamed ? 0 : 240, told.Foreign);
        Assert.Equal(isNamed ? [new WrittenDocuments(StepAddress.Parse("logs/a@blue:backfill"), 240) { Session = HomeState.DefaultSession }] : [], told.By ?? []);

        static ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken) => new(
        [
            context.Session == "trial" ? new(DestructionKind.OverwriteDocuments, "green", "a", 240, null, 240) { Item = "a" } : new(DestructionKind.DeleteDocuments, "blue", "a", 240, null, 0) { Item = "a" },
        ]);
    }

    [Fact]
    public async Task Make_SlicesWouldWaitForEachOther_SaysThatAStartIsRefused()
    {
        var story = ExchangeTests.Exchanged("logs/a", "logs/b");
        var refused = Assert.Single((await Reports(new VirtualTime()).MakeAsync(story.Session, story.Session.Current!, story.Home, 1, withSizes: false, Cancellation)).Diagnostics);
        Assert.Equal((DiagnosticCatalog.SlicesExchange.Code, Severity.Error), (refused.Code, refused.Severity));
        Assert.Contains("A start is refused.", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_WhoAskedHasHadEnough_IsNoSilence()
    {
        var story = Configured();
        using var enough = new CancellationTokenSource();
        var made = Reports(new VirtualTime(), estimate: NeverAsync<StepEstimate?>).MakeAsync(story.Session, story.Session.Pending!, story.Home, 1, withSizes: true, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => made);
    }

    private static async ValueTask<T> NeverAsync<T>(StepContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
        throw new InvalidOperationException("It ended.");
    }

    private static void PassUntilDone(VirtualTime time, Task made)
    {
        while (!made.IsCompleted && time.Advance())
        {
        }
    }

    private static Story Configured()
    {
        var story = new Story();
        Assert.False(story.Do(new Operation.Configure(Story.Config(rest: TwoSlices), "test", null) { By = "ann" }).HasFailed);
        return story;
    }

    private static PlanReports Reports(
        TimeProvider time,
        Func<EstimateContext, CancellationToken, ValueTask<StepEstimate?>>? estimate = null,
        Func<LookContext, CancellationToken, ValueTask<ImmutableArray<Destruction>>>? look = null,
        StepKind looks = StepKind.Metadata) => new(
            Kinds.Planner,
            Kinds.All.ToDictionary(definition => definition.Kind, definition => (IStep)new AskedStep(
                definition,
                definition.Kind == StepKind.Metadata ? estimate : null,
                definition.Kind == looks ? look : null)),
            new NoSecrets(),
            (_, _, _) => NoFiles.Instance,
            time);

    private sealed class AskedStep(
        IStepDefinition definition,
        Func<EstimateContext, CancellationToken, ValueTask<StepEstimate?>>? estimate,
        Func<LookContext, CancellationToken, ValueTask<ImmutableArray<Destruction>>>? look) : IStep, IEstimated, IDestroying
    {
        public IStepDefinition Definition => definition;

        public ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken) => estimate?.Invoke(context, cancellationToken) ?? new((StepEstimate?)null);

        public ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken) => look?.Invoke(context, cancellationToken) ?? new([]);

        public ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
