using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Simulation;

/// <summary>Everything outside of the controller: the clock, the disk, the workers, and the moment at which it dies. One seed repeats it all.</summary>
internal sealed class World(int seed) : IWorkFolders, ISecretSource, ITroubleBoard
{
    private const int StandstillMax = 100_000;

    private readonly Queue<(ProcessContext Process, SendOrPostCallback Callback, object? State)> _queue = [];
    private readonly List<RecordedEvent> _events = [];
    private readonly Dictionary<string, SimWork> _work = new(StringComparer.Ordinal);

    // What steps remember of their items, by folder: it outlives controllers.
    private readonly HashSet<(string Folder, string Item)> _notes = [];

    // Whose work has something of the target set aside: it outlives controllers and workers.
    private readonly HashSet<(string Session, StepAddress Step)> _aside = [];
    private (ProcessContext Process, Controller Controller, HomeState Home, Task Running)? _controller;

    public VirtualTime Time { get; } = new();

    public Random Chance { get; } = new(seed);

    public IReadOnlyList<RecordedEvent> Events => _events;

    public IReadOnlyDictionary<string, SimWork> Work => _work;

    /// <summary>What the ledger says now.</summary>
    public HomeState State { get; } = new();

    public long LedgerToken { get; set; }

    public bool HasFaults { get; set; } = true;

    /// <summary>True where snapshots are services.</summary>
    public bool HasServices { get; init; }

    /// <summary>True where there is an index that goes from slice to slice.</summary>
    public bool HasMoves { get; init; }

    public Planner Planner => HasServices ? Kinds.ServicePlanner : Kinds.Planner;

    /// <summary>Units of each piece of work.</summary>
    public int WorkTotal { get; init; } = 10;

    /// <summary>What evaluations find.</summary>
    public int Conflicts { get; set; }

    /// <summary>Changes what evaluations say.</summary>
    public int Round { get; set; }

    /// <summary>What the controller told last of what it cannot see.</summary>
    public ImmutableArray<WatchTrouble> Troubles { get; private set; } = [];

    /// <summary>The time until which no workload can be reached, whoever asks.</summary>
    public TimeSpan HiddenUntil { get; set; }

    /// <summary>What was done that must not be, by the world's own eyes; a step that threw would only have failed.</summary>
    public List<string> Breaches { get; } = [];

    /// <summary>Whose work has something of the target set aside.</summary>
    public IReadOnlySet<(string Session, StepAddress Step)> Aside => _aside;

    /// <summary>False where workers are started by a test, without a controller and its ledger.</summary>
    public bool HasLedger { get; init; } = true;

    public bool HasController => _controller is { Running.IsCompleted: false };

    public StepResult.Done Done(StepAddress step, StepInputs inputs)
    {
        var numbers = ImmutableSortedDictionary<string, long>.Empty.Add("rejected", 0).Add("missing", 0);
        ImmutableArray<OutputPart> parts = step.Kind == StepKind.Snapshot
            ? [.. from name in (string[])["a", "b", "c", .. HasMoves ? ["m", "n"] : Array.Empty<string>()] from part in (string[])[Kinds.Documents, Kinds.Definitions] select new OutputPart(part, name, Fingerprint.Of($"{part} {name}"))]
            : [];
        return new(new(numbers, [$"{NameOf(step)} is done"]), new(parts, inputs.Fingerprints.Result.Hex));
    }

    public IReadOnlyList<RecordedEvent> Write(IReadOnlyList<LedgerEvent> events)
    {
        // Through the text, as a disk would have it.
        var written = events.Select((happened, i) => new RecordedEvent(_events.Count + 1 + i, Time.GetUtcNow(), LedgerJson.Read(LedgerJson.Write(happened)))).ToArray();
        _events.AddRange(written);
        foreach (var recorded in written)
        {
            AssertNothingEndsThatWrites(recorded.Event);
            State.Apply(recorded);
        }

        return written;
    }

    /// <summary>Begins where a ledger was cut off, with no controller.</summary>
    /// <param name="workersLive">Workers that were under way outlived the controller, also one whose start was not written down; otherwise none did.</param>
    public void Restore(IReadOnlyList<RecordedEvent> events, bool workersLive)
    {
        Time.Pass(events[^1].At - Time.GetUtcNow());
        _events.AddRange(events);
        foreach (var recorded in events)
        {
            State.Apply(recorded);
        }

        foreach (var started in events.Select(recorded => recorded.Event).OfType<WorkloadStarted>())
        {
            var work = _work[started.Workload.Id] = new(started.Workload.Id, started.Step, started.Workload.Identity);
            (work.Token, work.Total) = (started.Workload.Token, WorkTotal);
        }

        foreach (var session in State.Sessions.Values)
        {
            foreach (var step in session.Steps.Values.Where(step => step.State == StepState.Running && step.Address.Kind is StepKind.Backfill or StepKind.Validate && (step.Workload is not null || step.IsClaimed)))
            {
                var work = WorkOf(session.Name, step.Address, step.Workload?.Identity ?? step.Inputs!.Fingerprints.Identity);
                if (workersLive)
                {
                    work.Token -= step.Workload is null ? 0 : 1;
                    StartWorker(work, session.ConfigurationOf(step.ConfiguredBy));

                    // An earlier release did not write it down.
                    _aside.RemoveWhere(one => !session.SetAside.Contains(one.Step));
                }
            }
        }
    }

    public void StartController()
    {
        var process = new ProcessContext(_queue);
        var ledger = new SimLedger(this);
        var home = HomeState.Of(ledger.Read(0));
        process.Do(() =>
        {
            Troubles = [];
            var ports = new ControllerPorts
            {
                Steps = (HasServices ? Kinds.Services : Kinds.All).ToDictionary(kind => kind.Kind, kind => (IStep)new SimStep(this, kind)),
                Workloads = new SimWorkloads(this),
                Secrets = this,
                Folders = this,
                Troubles = this,
                Processors = 1,
            };
            var controller = new Controller(ledger, home, Planner, ports, Time, Chance, NullLogger.Instance);
            _controller = (process, controller, home, controller.RunAsync(leaveWhenIdle: true, CancellationToken.None));
        });
    }

    public void KillController()
    {
        if (_controller is { } alive)
        {
            alive.Process.IsDead = true;
            _controller = null;
        }
    }

    /// <summary>Starts what is configured, by the name of the plan and with what there is on the target now.</summary>
    public void Start()
    {
        if (!State.Sessions.TryGetValue(HomeState.DefaultSession, out var session) || session.Current is not { } current)
        {
            return;
        }

        var wanted = Desired.Of(Planner, ConfigurationReader.ReadCanonical(current.Configuration).Config!, session, run: 0);
        var first = Planner.Plan(wanted, session.Recorded(), null).Plan;
        var seen = first.Changes.Where(change => change.MayDestroy).Select(change => new Seen(change.Address, SimStep.Destroyed(change.Redone, session.Steps.GetValueOrDefault(change.Address)), null)).ToImmutableArray();
        var plan = Planner.Plan(wanted, session.Recorded(), seen.ToDictionary(one => one.Step, one => new Observation(one.Destroys, one.Unseen))).Plan;
        Perform(new Operation.Start(plan.IsDestructive ? plan.Hash.Hex : null) { By = "ann", Seen = seen });
    }

    /// <summary>As a verb does: through the controller where there is one, else with the ledger for a moment.</summary>
    public OperationResult? Perform(Operation operation)
    {
        if (!OperationRules.LooksAtSteps(operation))
        {
            // What a verb may make of a ledger without reading what is nearly all of it.
            var without = HomeState.Of(Events.Where(recorded => recorded.Event is not StepEvent));
            Assert.Equivalent(new OperationRules(Planner).Perform(operation, State), new OperationRules(Planner).Perform(operation, without), strict: true);
        }

        if (HasController && _controller is { } alive)
        {
            alive.Process.Post(_ => _ = alive.Controller.PerformAsync(operation, CancellationToken.None).AsTask(), null);
            return null;
        }

        var result = new OperationRules(Planner).Perform(operation, State);
        Write(result.Events);
        return result;
    }

    /// <summary>Lets the world go on for a while; a controller is started where one is needed, as verbs do.</summary>
    public void GoOn(TimeSpan duration, Func<bool>? isEnough = null)
    {
        var until = Time.Elapsed + duration;
        var (standstill, at) = (0, Time.Elapsed);
        while (Time.Elapsed < until && isEnough?.Invoke() != true)
        {
            Assert.Empty(Breaches);
            AssertNothingAsideIsForgotten();
            Assert.True(standstill < StandstillMax, "Something goes round without any time passing.");
            (standstill, at) = Time.Elapsed == at ? (standstill + 1, at) : (0, Time.Elapsed);
            while (_queue.TryDequeue(out var next))
            {
                standstill++;
                Assert.True(standstill < StandstillMax, "Something goes round without any time passing.");
                if (!next.Process.IsDead)
                {
                    next.Process.Do(() => next.Callback(next.State));
                    if (HasFaults && Chance.Next(400) == 0)
                    {
                        KillController();
                    }
                }
            }

            Assert.False(_controller is { Process.HasEscaped: true }, "Something of the controller went on in another thread.");
            if (_controller is { Running.IsFaulted: true } broken)
            {
                throw new InvalidOperationException("The controller broke.", broken.Running.Exception);
            }

            if (_controller is { Running.IsCompleted: true } left)
            {
                Assert.Equal(Dump.Of(HomeState.Of(_events)), Dump.Of(left.Home));
                _controller = null;
            }

            if (!HasController && State.NeedsController && (!HasFaults || Chance.Next(3) == 0))
            {
                StartController();
                continue;
            }

            if (!Time.Advance())
            {
                Time.Pass(until - Time.Elapsed);
            }
        }
    }

    /// <summary>The step in names and reports of this world: as in the histories, from before addresses had <c>@</c>. Real names did not change either.</summary>
    public static string NameOf(StepAddress step) => step.ToString().Replace('@', '>');

    /// <summary>Work that begins, as the one whose work it is sees it: the ledger must say so already.</summary>
    public void Begins(string session, int run, StepAddress step, int attempt)
    {
        if (HasLedger && State.Sessions.GetValueOrDefault(session)?.Steps.GetValueOrDefault(step) is var had && (had is not { IsClaimed: true } || had.Run != run || had.Attempt != attempt))
        {
            Breaches.Add($"run {run}, attempt {attempt} of {step} began, and the ledger does not say so");
        }
    }

    /// <summary>The items of which a step remembers anything.</summary>
    public IEnumerable<string> NotedOf(StepAddress step) => _notes.Where(note => note.Folder.Contains(NameOf(step), StringComparison.Ordinal)).Select(note => note.Item).Order(StringComparer.Ordinal);

    /// <summary>As if a step had done items.</summary>
    public void Note(StepAddress step, params ImmutableArray<string> items) =>
        _notes.UnionWith(items.Select(item => (FolderOf(HomeState.DefaultSession, step, State.Sessions[HomeState.DefaultSession].Steps[step].Inputs!.Fingerprints.Identity), item)));

    /// <summary>Work that begins to change something: whatever it has by the ledger, and was noted anywhere, is noted with it.</summary>
    public void Runs(string session, StepAddress step, StepInputs inputs)
    {
        var folder = FolderOf(session, step, inputs.Fingerprints.Identity);
        foreach (var item in inputs.Items.IsDefault ? [] : inputs.Items.Select(item => item.Name))
        {
            if (State.Sessions.GetValueOrDefault(session)?.Steps.GetValueOrDefault(step)?.Took.Any(work => work.Items.Contains(item) && State.Sessions[session].Steps[work.From].Items?.ContainsKey(item) != true
                && _notes.Contains((FolderOf(session, work.From, work.Identity), item))) == true)
            {
                Breaches.Add($"{step} took {item} over, and began without what was noted of it");
            }

            _notes.Add((folder, item));
        }
    }

    /// <summary>Work that is taken back: where it was done, and no more than was approved.</summary>
    public void Reverts(RevertContext context)
    {
        var session = State.Sessions[context.Session];
        var done = ConfigurationReader.ReadCanonical(session.ConfigurationOf(session.Steps[context.Address].ConfiguredBy)).Config!;
        if (context.Address.Target is { } target && context.Config.Targets.GetValueOrDefault(target)?.Endpoint != done.Targets[target].Endpoint)
        {
            Breaches.Add($"{context.Address} was done on {done.Targets[target].Endpoint}, and is taken back elsewhere");
        }

        if (context.Approved is null)
        {
            Breaches.Add($"{context.Address} is taken back, and nobody says what was approved");
        }
    }

    /// <summary>Throws when workloads cannot be reached at this moment: an outage, a hiccup, or a defect of the backend.</summary>
    public void Reach()
    {
        if (Time.Elapsed < HiddenUntil)
        {
            throw new WorkloadUnreachableException("A simulated outage.", null);
        }

        if (HasFaults && Chance.Next(50) == 0)
        {
            HiddenUntil = Time.Elapsed + TimeSpan.FromMilliseconds(Chance.Next(4) == 0 ? Chance.Next(5_000) : 0);
            throw Chance.Next(3) == 0 ? new IOException("A simulated hiccup.") : new WorkloadUnreachableException("A simulated outage.", null);
        }
    }

    /// <summary>Lets something happen in a process of its own, and the world with it, until it is over.</summary>
    public Task<T> Play<T>(Func<Task<T>> act)
    {
        var playing = default(Task<T>);
        new ProcessContext(_queue).Do(() => playing = act());
        GoOn(TimeSpan.FromHours(1), () => playing!.IsCompleted);
        Assert.True(playing!.IsCompleted, "It does not come to an end.");
        return playing;
    }

    public SimWork WorkOf(string session, StepAddress step, Fingerprint identity)
    {
        var id = FolderOf(session, step, identity);
        if (!_work.TryGetValue(id, out var work))
        {
            _work[id] = work = new(id, step, identity);
        }

        return work;
    }

    public void StartWorker(SimWork work, string configuration)
    {
        Assert.DoesNotContain(_work.Values, other => other.IsAlive && other.Step == work.Step);
        (work.IsAlive, work.IsAskedToStop, work.HasMoved, work.Outcome, work.Serving, work.Tuning, work.Configuration) = (true, false, false, null, null, null, configuration);
        work.Token++;
        work.Total = WorkTotal;
        if (work.Step.Kind == StepKind.Backfill)
        {
            _aside.Add(AsideOf(work));
        }

        Schedule(work, work.Token);
    }

    /// <summary>What work that is over had set aside is as it was.</summary>
    public void PutBack(string session, StepAddress step)
    {
        if (_work.Values.Any(work => work.IsAlive && work.Step == step && work.Id.StartsWith(session + " ", StringComparison.Ordinal)))
        {
            Breaches.Add($"what {step} set aside is put back while it is at work");
        }

        _aside.Remove((session, step));
    }

    private static (string Session, StepAddress Step) AsideOf(SimWork work) => (work.Id[..work.Id.IndexOf(' ', StringComparison.Ordinal)], work.Step);

    /// <param name="items">Default for all of it; an item alone leaves the rest of the work as it is.</param>
    public void TakeBack(string session, StepAddress step, ImmutableArray<string> items)
    {
        foreach (var work in _work.Values.Where(work => work.Step == step && work.Id.StartsWith(session + " ", StringComparison.Ordinal)))
        {
            Assert.False(work.IsAlive, $"{step} is taken back while its worker writes.");
            work.Done = 0;
        }

        _aside.Remove((session, step));
        var had = State.Sessions[session].Steps[step];
        var folder = FolderOf(session, step, had.Inputs!.Fingerprints.Identity);
        if (items.IsDefault && had.Items is { } own && _notes.Where(note => note.Folder == folder && !own.ContainsKey(note.Item)).Select(note => note.Item).FirstOrDefault() is { } other)
        {
            Breaches.Add($"{step} is taken back whole, and would take {other} along, which is another's");
        }

        _notes.RemoveWhere(note => note.Folder == folder && (items.IsDefault || items.Contains(note.Item)));
    }

    string IWorkFolders.Of(string session, StepAddress step, Fingerprint identity) => FolderOf(session, step, identity);

    private static string FolderOf(string session, StepAddress step, Fingerprint identity) => $"{session} {NameOf(step)} {identity.Short}";

    /// <summary>The ledger never says of work that it is over while its worker writes.</summary>
    private void AssertNothingEndsThatWrites(LedgerEvent happened)
    {
        var ended = happened switch
        {
            StepFailed e => e.Step,
            StepStopped e => e.Step,
            StepReported e => e.Step,
            WorkloadLost e => e.Step,
            _ => default(StepAddress?),
        };
        if (ended is not null || happened is SessionDeleted)
        {
            Assert.DoesNotContain(_work.Values, work => work.IsAlive && work.Id.StartsWith(happened.Session + " ", StringComparison.Ordinal) && (ended is null || work.Step == ended));
        }
    }

    /// <summary>Whatever is set aside, the ledger knows of it.</summary>
    private void AssertNothingAsideIsForgotten()
    {
        if (HasLedger && _aside.FirstOrDefault(one => State.Sessions.GetValueOrDefault(one.Session)?.SetAside.Contains(one.Step) != true) is { Session: not null } forgotten)
        {
            Assert.Fail($"{forgotten.Step} has something set aside, and the ledger does not know.");
        }
    }

    void ITroubleBoard.Post(ImmutableArray<WatchTrouble> troubles) => Troubles = troubles;

    void IWorkFolders.Follow(IReadOnlyList<(string From, string To)> renames) => throw new NotSupportedException("Nobody renames a session here.");

    void IWorkFolders.Forget(string session)
    {
        foreach (var id in _work.Keys.Where(id => id.StartsWith(session + " ", StringComparison.Ordinal)).ToArray())
        {
            Assert.False(_work[id].IsAlive);
            _work.Remove(id);
        }

        _aside.RemoveWhere(one => one.Session == session);
    }

    Action<StepProgress> IWorkFolders.Progress(string workFolder) => static _ => { };

    ValueTask<string> ISecretSource.ReadAsync(string name, CancellationToken cancellationToken) => ValueTask.FromResult("");

    IStepFiles IWorkFolders.Files(string workFolder) => new SimFiles(_notes, workFolder);

    private void Schedule(SimWork work, long token) =>
        Time.CreateTimer(_ => Turn(work, token), null, TimeSpan.FromMilliseconds(Chance.Next(10, 400)), Timeout.InfiniteTimeSpan);

    private void Turn(SimWork work, long token)
    {
        if (!work.IsAlive || work.Token != token)
        {
            return;
        }

        work.Configuration = work.Tuning ?? work.Configuration;
        if (HasFaults && Chance.Next(25) == 0)
        {
            work.IsAlive = false;
            return;
        }

        if (HasFaults && Chance.Next(40) == 0)
        {
            EndByItself(work, new WorkloadSighting.Failed(DiagnosticCatalog.StepBroke.Error(null, "A simulated failure."), IsTransient: Chance.Next(3) > 0));
            return;
        }

        if (HasFaults && work.Done == 0 && Chance.Next(4) == 0 && IsOverwriting(work))
        {
            EndByItself(work, new WorkloadSighting.EvidenceChanged(new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", 0), [$"somebody wrote {Chance.Next(1000)}"])
            {
                Destroys = [new(DestructionKind.OverwriteDocuments, "blue", "a", 3, null, 3) { Item = "a" }],
            }));
            return;
        }

        work.Done++;
        work.HasMoved = true;
        if (HasServices && work.Step.Kind == StepKind.Snapshot)
        {
            // It catches up, falls behind now and then, and never ends.
            var lag = HasFaults && Chance.Next(30) == 0 ? 9 : Math.Max(0, 20 - work.Done);
            Serve(work, lag);
            work.Total = int.MaxValue;
        }

        if (work.Done >= work.Total)
        {
            var result = Done(work.Step, new StepInputs(1, [], [], new(work.Identity, work.Identity, work.Identity)));
            EndByItself(work, new WorkloadSighting.Done(result.Report, result.Outputs));
        }
        else if (work.IsAskedToStop)
        {
            EndByItself(work, new WorkloadSighting.Stopped());
        }
        else
        {
            Schedule(work, token);
        }
    }

    /// <summary>A service says how it is.</summary>
    public void Serve(SimWork work, long lag) => work.Serving = new(
        new(ImmutableSortedDictionary<string, long>.Empty.Add("lag", lag), [$"lag {lag}"]),
        Done(work.Step, new StepInputs(1, [], [], new(work.Identity, work.Identity, work.Identity))).Outputs,
        Time.GetUtcNow());

    private bool IsOverwriting(SimWork work) =>
        work.Configuration is { } configuration && Planner.Wanted(ConfigurationReader.ReadCanonical(configuration).Config!).Any(step => step.Address == work.Step && step.Overwrites);

    /// <summary>Whoever is done has put back what it set aside; whoever stops or fails has mostly.</summary>
    private void EndByItself(SimWork work, WorkloadSighting outcome)
    {
        if (outcome is WorkloadSighting.Done || !HasFaults || Chance.Next(4) > 0)
        {
            _aside.Remove(AsideOf(work));
        }

        End(work, outcome);
    }

    public static void End(SimWork work, WorkloadSighting outcome) => (work.IsAlive, work.Outcome) = (false, outcome);
}
