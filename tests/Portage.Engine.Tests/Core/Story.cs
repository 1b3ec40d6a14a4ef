using System.Collections.Immutable;
using System.Text;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>A history told step by step, and what the reconciler makes of it.</summary>
internal sealed class Story
{
    private InputsMemo _memo = new();
    private (int Run, int Wishes, ImmutableArray<WantedStep> Steps) _wanted;
    private readonly HashSet<StepAddress> _inFlight = [];
    private readonly HashSet<StepAddress> _stopping = [];
    private readonly HashSet<StepAddress> _puttingBack = [];
    private readonly HomeState _home = new();
    private readonly List<LedgerEvent> _told = [];
    private bool _isEarlier;

    public DateTimeOffset Now { get; set; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public HomeState Home => _home;

    public Planner Planner { get; init; } = Kinds.Planner;

    /// <summary>What services said last.</summary>
    public Dictionary<StepAddress, Reading> Readings { get; } = [];
    /// <summary>Nothing is seen of any work, and no controller is there.</summary>
    public static WorkSight Nothing { get; } = new(null, ImmutableDictionary<StepAddress, StepSight>.Empty, 1);

    /// <summary>The indices of the snapshot.</summary>
    public ImmutableArray<string> Names { get; set; } = ["a", "b"];

    public Limits Limits { get; set; } = Limits.None;

    /// <summary>What is under way in other sessions.</summary>
    public ImmutableArray<Placed> Elsewhere { get; init; } = [];

    public SessionState Session => _home.Sessions[HomeState.DefaultSession];

    public static string Config(string slice = "", string rest = "") => $$"""
        targets: { blue: { endpoint: "http://blue:9200" } }
        migrations:
          logs:
            snapshots: { main: { repository: { file: { path: /s } }, existing: nightly } }
            slices:
              a:
                indices: { include: [a] }
                {{slice}}
              {{rest}}
        """;

    /// <summary>A first run whose backfill has been claimed, and nothing is heard of its worker yet.</summary>
    public static Story AtBackfill()
    {
        var story = new Story().Start(Config("metadata: { approve: none }"));
        story.Settle();
        story.Report("logs/main:snapshot").Settle();
        story.Evaluate("logs/a@blue:metadata").Settle();
        story.Report("logs/a@blue:metadata").Settle();
        return story;
    }

    /// <summary>A slice that is done, as a build recorded it that did not write down which items a step did.</summary>
    public static Story OfEarlierBuild(string slice)
    {
        var story = new Story { _isEarlier = true };
        story.Start(Config(slice)).Finish();
        story._isEarlier = false;
        return story;
    }

    public OperationResult Do(Operation operation)
    {
        var result = new OperationRules(Planner).Perform(operation, _home);
        Tell([.. result.Events]);
        return result;
    }

    /// <summary>Configures, commits and starts.</summary>
    public Story Start(string config)
    {
        var configured = Do(new Operation.Configure(config, "test", null) { By = "ann" });
        Assert.False(configured.HasFailed, string.Join('\n', configured.Diagnostics));
        Do(new Operation.Commit { By = "ann" });
        var started = StartSeeing();
        Assert.False(started.HasFailed, string.Join('\n', started.Diagnostics));
        return this;
    }

    /// <summary>Starts by the plan's name, having seen what it destroys: <see cref="There"/>.</summary>
    public OperationResult StartSeeing()
    {
        var config = Desired.Of(Planner, ConfigurationReader.ReadCanonical(Session.Current!.Configuration).Config!, Session, run: 0);
        var seen = Planner.Plan(config, Session.Recorded(), null).Plan.Changes.Where(change => change.MayDestroy).Select(change => new Seen(change.Address, There, null)).ToImmutableArray();
        var plan = Planner.Plan(config, Session.Recorded(), seen.ToDictionary(one => one.Step, one => new Observation(one.Destroys, one.Unseen))).Plan;
        return Do(new Operation.Start(plan.Hash.Hex) { By = "ann", Seen = seen });
    }

    /// <summary>What is on the target that a redo would destroy.</summary>
    public ImmutableArray<Destruction> There { get; set; } = [new(DestructionKind.DeleteIndex, "blue", "a", 3, 100, 0) { Item = "a" }];

    public Story Tell(params ImmutableArray<LedgerEvent> events)
    {
        foreach (var happened in events)
        {
            _told.Add(happened);
            _home.Apply(LedgerJson.Read(LedgerJson.Write(_isEarlier ? AsEarlier(happened) : happened)), Now);
        }

        return this;
    }

    /// <summary>The same history so far, to be told on otherwise. Nothing of it is in flight.</summary>
    public Story Copy() => new Story { Planner = Planner, Names = Names, There = There }.Tell([.. _told]);

    /// <summary>The run is stopped, and all that is in flight ends in the middle of whatever it did.</summary>
    public void BreakOff()
    {
        Do(new Operation.Stop { By = "ann" });
        foreach (var step in _inFlight.ToArray())
        {
            _ = _puttingBack.Contains(step) ? PutBack(step.ToString()) : Stopped(step.ToString());
        }

        Finish();
    }

    public ImmutableArray<Effect> Decide()
    {
        // As in a controller: known for a run from its start, or since somebody thought better of what is to go, so that what was kept is made use of.
        var run = Session.Carried?.Number ?? 0;
        if (_wanted.Run != run || _wanted.Wishes != Session.Wishes || _wanted.Steps.IsDefault)
        {
            _memo = new();
            _wanted = (run, Session.Wishes, run == 0 ? [] : Desired.Of(Planner, ConfigurationReader.ReadCanonical(Session.ConfigurationOf(run)).Config!, Session, run));
        }

        var wanted = _wanted.Steps;
        var places = _inFlight.Select(step => new Placed(Session.Name, step, AtWork.As(Session.Steps[step], Planner)));
        var observed = new Observed(Now, _inFlight, _stopping) { Limits = Limits, Places = [.. Elsewhere, .. places], Readings = Readings, PuttingBack = _puttingBack };
        var effects = Reconciler.Decide(wanted, Session, observed, _memo);

        // What was kept since the last decision must not show.
        Assert.Equal(Reconciler.Decide(wanted, Session, observed, new InputsMemo()).Select(Whole), effects.Select(Whole));
        return effects;
    }

    /// <summary>Another controller goes on: what is wanted is worked out anew.</summary>
    public void Restart() => _wanted = default;

    /// <summary>Decides and carries out, until there is nothing to do but to wait for what is in flight.</summary>
    /// <returns>What was decided, a line each.</returns>
    public string Settle()
    {
        var lines = new StringBuilder();
        for (var again = true; again;)
        {
            again = false;
            foreach (var effect in Decide())
            {
                again |= effect is Effect.Record or Effect.Begin or Effect.PutBack;
                lines.Append(Line(effect)).Append('\n');
                switch (effect)
                {
                    case Effect.Record record:
                        Tell(record.Events);
                        break;
                    case Effect.Begin begin:
                        Tell(new StepStarted(Session.Name, Session.Carried!.Number, begin.Step.Address, begin.Attempt, begin.Phase, begin.Inputs)
                        {
                            Items = begin.Phase == StepPhase.Run || begin.Items.IsDefault ? null : begin.Items,
                            Takes = begin.Phase == StepPhase.Run && !begin.Takes.IsEmpty ? begin.Takes : null,
                            Leaves = begin.Step.IsAbsent,
                            SetsAside = begin.Phase == StepPhase.Run && begin.Step.SetsAside,
                        });
                        _inFlight.Add(begin.Step.Address);
                        break;
                    case Effect.PutBack putBack:
                        _inFlight.Add(putBack.Step);
                        _puttingBack.Add(putBack.Step);
                        break;
                    case Effect.Stop stop:
                        _stopping.Add(stop.Step);
                        break;
                    default:
                        break;
                }
            }
        }

        return lines.ToString();
    }

    /// <summary>What came of the work in flight.</summary>
    public Story End(string step, Func<StepRecord, LedgerEvent> outcome) => Over(step).Tell(outcome(Session.Steps[StepAddress.Parse(step)]));

    /// <summary>Nobody works on it any more; nothing is recorded.</summary>
    public Story Over(string step)
    {
        var address = StepAddress.Parse(step);
        Assert.True(_inFlight.Remove(address), $"{step} is not in flight.");
        _stopping.Remove(address);
        _puttingBack.Remove(address);
        Readings.Remove(address);
        return this;
    }

    /// <param name="destroys">What would be destroyed; nothing where it is left out.</param>
    public Story Evaluate(string step, long conflicts = 0, string line = "looks fine", params ImmutableArray<Destruction> destroys) => End(step, had =>
        new StepEvaluated(Session.Name, had.Run, had.Address, had.Attempt, new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", conflicts), [line]) { Destroys = destroys }));

    public Story Report(string step, long rejected = 0, string documents = "documents") => End(step, had =>
        new StepReported(Session.Name, had.Run, had.Address, had.Attempt, new(ImmutableSortedDictionary<string, long>.Empty.Add("rejected", rejected).Add("missing", 0), ["done"]), new(Outputs(had.Address, documents), "{}") { Untouched = Untouched(had) }));

    /// <summary>Parts whose steps find all there already.</summary>
    public HashSet<string> FindsAllThere { get; } = new(StringComparer.Ordinal);

    private ImmutableArray<string>? Untouched(StepRecord had) => had.Address.Part is { } part && FindsAllThere.Contains(part) ? [.. had.Items!.Keys] : null;

    public Story Fail(string step, TimeSpan? retry = null) => End(step, had =>
        new StepFailed(Session.Name, had.Run, had.Address, had.Attempt, StepPhase.Run, DiagnosticCatalog.StepBroke.Error(null, "It broke."), retry is null ? null : Now + retry));

    public Story Stopped(string step) => End(step, had => new StepStopped(Session.Name, had.Run, had.Address, "asked to stop"));

    public Story Reverted(string step) => End(step, had => new StepReverted(Session.Name, had.Run, had.Address) { Items = had.TakingBack.IsDefault ? null : had.TakingBack });

    /// <param name="gone">Items that are taken back all the same; none where it is left out.</param>
    public Story Refuse(string step, params ImmutableArray<string> gone) => End(step, had =>
        new RevertRefused(Session.Name, had.Run, had.Address, DiagnosticCatalog.MoreWouldBeDestroyed.Error(null, "There is more.")) { Gone = gone.IsEmpty ? null : gone });

    /// <param name="fails">True where it cannot be.</param>
    public Story PutBack(string step, bool fails = false)
    {
        Assert.Contains(StepAddress.Parse(step), _puttingBack);
        return End(step, had => new StepPutBack(Session.Name, Session.Runs.Count, had.Address, fails ? DiagnosticCatalog.Unreachable.Error(null, "It does not answer.") : null));
    }

    public Story Lose(string step) => End(step, had => new WorkloadLost(Session.Name, had.Run, had.Address, "gone", Now));

    /// <summary>A service in flight says how it is; as the controller, the first word and what it leaves are written down.</summary>
    public Story Serve(string step, long lag)
    {
        var had = Session.Steps[StepAddress.Parse(step)];
        var report = new StepReport(ImmutableSortedDictionary<string, long>.Empty.Add("lag", lag), [$"lag {lag}"]);
        Readings[had.Address] = Reading.After(Readings.GetValueOrDefault(had.Address), report, Now, Condition);
        return had.State == StepState.Serving ? this : Tell(new StepServing(Session.Name, had.Run, had.Address, had.Attempt, report, new(Outputs(had.Address, "documents"), "{}")));
    }

    private static readonly GatePredicate Condition = GatePredicate.TryParse("lag < 5 for 1m", out var condition, out _) ? condition : null!;

    public Story Begun(string step) => Tell(new WorkloadStarted(Session.Name, Session.Runs.Count, StepAddress.Parse(step), new("test", step, 1, Fingerprint.Of(step))));

    /// <summary>Lets everything that is in flight, and what follows, succeed until the run is over or waits.</summary>
    public Story Finish(string documents = "documents")
    {
        FinishTelling(documents);
        return this;
    }

    /// <summary>As <see cref="Finish"/>.</summary>
    /// <returns>What was decided, a line each.</returns>
    /// <param name="most">How many of what is in flight end, at most.</param>
    public string FinishTelling(string documents = "documents", int most = int.MaxValue)
    {
        var told = new StringBuilder(Settle());
        while (_inFlight.Count > 0 && most-- > 0)
        {
            var address = _inFlight.OrderBy(step => step.ToString(), StringComparer.Ordinal).First();
            _ = Session.Steps[address] switch
            {
                _ when _puttingBack.Contains(address) => PutBack(address.ToString()),
                { Proposal: { Evidence: null }, State: not StepState.Reverting } => Evaluate(address.ToString()),
                { State: StepState.Evaluating } => Evaluate(address.ToString()),
                { State: StepState.Reverting } => Reverted(address.ToString()),
                _ => Report(address.ToString(), documents: documents),
            };
            told.Append(Settle());
        }

        return told.ToString();
    }

    private static LedgerEvent AsEarlier(LedgerEvent happened) => happened is StepStarted started
        ? started with { Items = null, Inputs = started.Inputs with { Consumed = [.. started.Inputs.Consumed.Select(output => output with { Items = default })] } }
        : happened;

    private ImmutableArray<OutputPart> Outputs(StepAddress step, string documents) => step.Kind == StepKind.Snapshot
        ? [.. from name in Names from part in (string[])[Kinds.Documents, Kinds.Definitions] select new OutputPart(part, name, Fingerprint.Of($"{name} {(part == Kinds.Documents ? documents : part)}"))]
        : [];

    private static string Whole(Effect effect) => effect is Effect.Begin begin ? $"{Line(effect)} {begin.Inputs.Fingerprints}, may destroy {string.Join(", ", begin.Approved.Select(one => one.Key))}" : Line(effect);

    /// <summary>An effect as one line.</summary>
    public static string Line(Effect effect) => effect switch
    {
        Effect.Record record => string.Join('\n', record.Events.Select(happened => happened switch
        {
            GatePassed e => $"pass {e.Step} by {e.By}: {e.Comment}",
            GateOpened e => $"review {e.Step}: {e.Why}",
            StepCompleted e => $"complete {e.Step}",
            RunEnded e => $"end {e.Outcome}",
            _ => happened.GetType().Name,
        })),
        Effect.Begin begin => $"{begin.Phase.ToString().ToLowerInvariant()} {begin.Step.Address} #{begin.Attempt}{(begin.Phase == StepPhase.Run || begin.Items.IsDefaultOrEmpty ? "" : $" of {string.Join(", ", begin.Items)}")}{string.Concat(begin.Takes.Select(work => $" takes {string.Join(", ", work.Items)} from {work.From}"))}",
        Effect.Adjust adjust => $"adjust {adjust.Step.Address}",
        Effect.PutBack putBack => $"put back {putBack.Step}",
        Effect.Stop stop => $"stop {stop.Step}: {stop.Why}",
        Effect.Wake wake => $"wake at {wake.At:HH:mm:ss}",
        _ => throw new InvalidOperationException(effect.GetType().Name),
    };
}
