using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps;

namespace Portage.Bench.Benches;

/// <summary>What is decided after one worker is done, in the middle of a run: its gate, that it is complete, what may begin now.</summary>
internal static class DecisionBench
{
    private const int Completions = 60;
    private const double LimitRatio = 2;
    private const string Repository = "/srv/repository";

    // Each slice with an index of its own, and many sources that all have the same indices.
    private static readonly (string Shape, int[] Sizes, Func<int, string> Configuration)[] Shapes =
    [
        ("", [1_000, 10_000, 100_000], steps => Homes.Slices(Repository, steps / 3)),
        (", the same indices in each source", [1_000, 10_000], steps => Homes.ThousandSteps(Repository, steps / 1_000)),
    ];

    public static Measuring.Bench Bench { get; } = new("decision", "all decisions after one completion, in runs of 1,000, 10,000 and 100,000 steps", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        MakeReady();
        var least = default(double?);
        foreach (var (shape, sizes, size, configuration) in Shapes.SelectMany(shape => shape.Sizes, (shape, size) => (shape.Shape, shape.Sizes, size, shape.Configuration)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            least = size == sizes[0] ? null : least;
            var run = new Rehearsal(configuration(size));
            run.CompleteAllLightSteps();

            var took = new List<double>();
            for (var i = 0; i < Completions * 2; i++)
            {
                var since = TimeProvider.System.GetTimestamp();
                run.CompleteOneWorker();
                if (i >= Completions)
                {
                    took.Add(TimeProvider.System.GetElapsedTime(since).TotalMilliseconds);
                }
            }

            var samples = new Samples(took);
            least ??= samples.Median;
            var ratio = samples.Median / least.Value;
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"what is decided after one completion, {run.Steps:N0} steps{shape}"),
                size == sizes[0] ? "" : "≤ 2 × that of 1,000",
                samples.Text("ms"),
                size == sizes[0] ? "" : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × that of 1,000"),
                size == sizes[0] ? null : ratio <= LimitRatio);
        }
    }

    /// <summary>The first size must not be the one for which code is compiled.</summary>
    private static void MakeReady()
    {
        var run = new Rehearsal(Homes.Slices(Repository, 3_000));
        run.CompleteAllLightSteps();
        for (var i = 0; i < 2_000; i++)
        {
            run.CompleteOneWorker();
        }
    }

    /// <summary>A run without a world: what is decided is taken to be done when it is told so.</summary>
    private sealed class Rehearsal
    {
        private static readonly DateTimeOffset Began = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly HomeState _home = new();
        private readonly SessionState _session;
        private readonly ImmutableArray<WantedStep> _wanted;
        private readonly MigrationConfig _config;
        private readonly InputsMemo _memo = new();
        private readonly Limits _limits;
        private readonly HashSet<StepAddress> _inFlight = [];
        private readonly Queue<StepAddress> _workers = [];
        private readonly Queue<(StepAddress Step, StepPhase Phase)> _light = [];
        private DateTimeOffset _now = Began;

        public Rehearsal(string configuration)
        {
            var canonical = ConfigurationReader.Read(configuration, "bench.json").Canonical!;
            _config = ConfigurationReader.ReadCanonical(canonical).Config!;
            _wanted = StepCatalog.Planner.Wanted(_config);

            _limits = Limits.Of(_config, 2);
            Apply(new SessionCreated("default", "bench"));
            Apply(new RevisionRecorded("default", 1, 0, "bench", "", canonical));
            Apply(new RevisionCommitted("default", 1, "bench"));
            _session = _home.Sessions["default"];
            Apply(new RunStarted("default", 1, 1, Fingerprint.Of("plan"), "bench"));
            Decide();
        }

        public int Steps => _wanted.Length;

        public void CompleteAllLightSteps()
        {
            while (_light.Count > 0)
            {
                // Together, as a burst arrives.
                for (var count = _light.Count; count > 0; count--)
                {
                    Complete(_light.Dequeue());
                }

                Decide();
            }
        }

        public void CompleteOneWorker()
        {
            Complete((_workers.Dequeue(), StepPhase.Run));
            Decide();
            CompleteAllLightSteps();
        }

        private void Complete((StepAddress Step, StepPhase Phase) done)
        {
            _now += TimeSpan.FromMilliseconds(1);
            _inFlight.Remove(done.Step);
            Apply(done.Phase == StepPhase.Evaluate
                ? new StepEvaluated("default", 1, done.Step, 1, InstantStep.Result.Report)
                : Reported(done.Step, done.Step.Kind == StepKind.Snapshot ? InstantStep.SnapshotOf(_config.Migrations[done.Step.Source]) : InstantStep.ResultOf(_session.Steps[done.Step].Inputs!)));

        static StepReported Reported(StepAddress step, StepResult.Done result) => new("default", 1, step, 1, result.Report, result.Outputs);
        }

        private void Decide()
        {
            for (var again = true; again;)
            {
                again = false;
                var observed = new Observed(_now, _inFlight, new HashSet<StepAddress>())
                {
                    Places = [.. _inFlight.Select(step => new Placed("default", step, AtWork.As(_session.Steps[step], StepCatalog.Planner)))],
                    Limits = _limits,
                };
                foreach (var effect in Reconciler.Decide(_wanted, _session, observed, _memo))
                {
                    switch (effect)
                    {
                        case Effect.Record record:
                            again = true;
                            Apply([.. record.Events]);
                            break;
                        case Effect.Begin begin:
                            Apply(new StepStarted("default", 1, begin.Step.Address, begin.Attempt, begin.Phase, begin.Inputs));
                            _inFlight.Add(begin.Step.Address);
                            if (Admission.IsWorkload(Admission.As(begin.Step, begin.Phase)))
                            {
                                _workers.Enqueue(begin.Step.Address);
                            }
                            else
                            {
                                _light.Enqueue((begin.Step.Address, begin.Phase));
                            }

                            break;
                        default:
                            throw new InvalidOperationException($"{effect}");
                    }
                }
            }
        }

        private void Apply(params ReadOnlySpan<LedgerEvent> events)
        {
            foreach (var happened in events)
            {
                _home.Apply(happened, _now);
            }
        }
    }
}
