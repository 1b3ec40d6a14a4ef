using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Works out where every wanted step stands. Pure.</summary>
public static class Standings
{
    private static readonly Standing Settled = new Standing.Settled();

    /// <summary>The standing of each wanted step, in the order given.</summary>
    /// <param name="wanted">The steps, each after those it depends on.</param>
    /// <param name="session">What is recorded.</param>
    /// <param name="run">The run under way; failures of earlier runs are tried again.</param>
    /// <param name="inFlight">Steps that this controller is working on at this moment, workloads it watches included.</param>
    /// <param name="now">The time.</param>
    /// <param name="memo">What was worked out before for these very steps.</param>
    public static IReadOnlyList<(WantedStep Step, Standing Standing)> Of(
        ImmutableArray<WantedStep> wanted,
        SessionState session,
        int run,
        IReadOnlySet<StepAddress> inFlight,
        DateTimeOffset now,
        InputsMemo memo)
    {
        memo.Turn(wanted);
        var look = new Look(wanted, session, run, inFlight, now, memo);
        var standings = new (WantedStep, Standing)[wanted.Length];
        for (var place = 0; place < wanted.Length; place++)
        {
            standings[place] = (wanted[place], look.At(place));
        }

        return standings;
    }

    /// <summary>One look over all steps, each after those before it.</summary>
    private sealed class Look(ImmutableArray<WantedStep> wanted, SessionState session, int run, IReadOnlySet<StepAddress> inFlight, DateTimeOffset now, InputsMemo memo)
    {
        // Default where the step is not settled.
        private readonly ImmutableArray<OutputPart>[] _settled = new ImmutableArray<OutputPart>[wanted.Length];
        private readonly bool[] _redone = new bool[wanted.Length];
        private readonly StepRecord[] _records = new StepRecord[wanted.Length];
        private readonly (Paused Pause, AddressPattern Pattern)[] _pauses = [.. session.Pauses.Select(pause => (pause, new AddressPattern(pause.Pattern)))];

        public Standing At(int place)
        {
            var step = wanted[place];
            var had = _records[place] = session.Steps.GetValueOrDefault(step.Address) ?? new StepRecord(step.Address);
            var waits = Waits(place);
            var inputs = waits.IsEmpty ? memo.Of(place, _settled) : null;
            _redone[place] = MustRedo(place, had, inputs);
            if (had.State == StepState.Complete && !_redone[place])
            {
                if (!waits.IsEmpty)
                {
                    return new Standing.Waits(waits);
                }

                _settled[place] = had.Outputs?.Parts ?? [];
                return Settled;
            }

            foreach (var (pause, pattern) in _pauses)
            {
                if (pattern.Matches(step.Address))
                {
                    return new Standing.Held(pause, IsWorking: had.Workload is not null || inFlight.Contains(step.Address));
                }
            }

            // What must be done again needs no look at why it failed.
            return _redone[place] ? Redo(place, had, inputs, waits) : FailureOf(had) ?? RevertWaits(place, had, had.TakenBackAt) ?? Next(step, had, inputs, waits);
        }

        private ImmutableArray<StepAddress> Waits(int place)
        {
            var waits = default(HashSet<StepAddress>);
            foreach (var before in memo.Before(place))
            {
                if (_settled[before].IsDefault)
                {
                    (waits ??= []).Add(wanted[before].Address);
                }
            }

            return waits is null ? [] : [.. waits];
        }

        private bool MustRedo(int place, StepRecord had, StepInputs? inputs)
        {
            if (had is not { Inputs: { } before, State: not (StepState.Absent or StepState.Reverting) })
            {
                return false;
            }

            // What a person refused is not wanted as it is: a later run takes it back and does it anew.
            if (had.Rejection is not null && had.Run != run)
            {
                return true;
            }

            var step = wanted[place];
            return (inputs is null
                    ? before.Version != step.Version || InputDifferences.Between(before, step).Any(field => field.Affects == Affects.Result)
                    : !InputDifferences.HaveSameResult(before, inputs))
                || RestsOnRedone(place, had);
        }

        /// <summary>True when what it stands on goes, or went while nobody wanted this step, or when what it looked at came only later.</summary>
        private bool RestsOnRedone(int place, StepRecord had)
        {
            var edges = wanted[place].Edges;
            var before = memo.Before(place);
            for (var edge = 0; edge < before.Length; edge++)
            {
                var under = _records[before[edge]];
                if ((edges[edge].RestsOn && (_redone[before[edge]] || (had.HasEffects && under.TakenBackAt > had.EffectsSince)))
                    || (edges[edge].LooksAt && had.HasEffects && under.EffectsSince > had.EffectsSince))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>A failure that holds the step; null when there is none, or it is time to try again.</summary>
        private Standing? FailureOf(StepRecord had) => had switch
        {
            { Failure: { } failure, RetryAt: { } at } => RetryTimes.IsDue(at, now) ? null : new Standing.Retries(failure, at),
            { Failure: { } failure } when had.Run == run => new Standing.Failed(failure),
            _ => null,
        };

        private Standing Next(WantedStep step, StepRecord had, StepInputs? wantedInputs, ImmutableArray<StepAddress> waits)
        {
            var inputs = wantedInputs is not null && had is { Inputs: { } begun, State: not (StepState.Absent or StepState.Reverting) }
                ? AsBegun(begun, wantedInputs)
                : wantedInputs;
            return had.State switch
            {
                StepState.Reverting => Phase(StepPhase.Revert, had, had.Inputs!),
                // What has begun goes on even while an earlier step is looked at again: its inputs are what it began with.
                StepState.Running => Phase(StepPhase.Run, had, inputs ?? had.Inputs!),
                StepState.Reported => Gate(step, had, had.Report!),
                _ when inputs is null => new Standing.Waits(waits),
                StepState.Evaluating => Phase(StepPhase.Evaluate, had, inputs),
                StepState.Evaluated when had.Approved == had.Shown => new Standing.Ready(StepPhase.Run, inputs, 1),
                StepState.Evaluated => Gate(step, had, had.Evidence!),
                _ => Phase(FirstPhase(step), had, inputs),
            };
        }

        /// <summary>Work keeps the identity that it was begun with, by which it is found again, though this release would name it otherwise.</summary>
        private static StepInputs AsBegun(StepInputs begun, StepInputs inputs) => begun.Fingerprints.Identity == inputs.Fingerprints.Identity
            ? inputs
            : inputs with { Fingerprints = inputs.Fingerprints with { Identity = begun.Fingerprints.Identity } };

        private Standing Redo(int place, StepRecord had, StepInputs? inputs, ImmutableArray<StepAddress> waits)
        {
            var step = wanted[place];
            if (had.Workload is not null || inFlight.Contains(step.Address))
            {
                return new Standing.StopsFirst();
            }

            if (!had.HasEffects)
            {
                return inputs is null ? new Standing.Waits(waits) : Phase(FirstPhase(step), had, inputs);
            }

            return RevertWaits(place, had, long.MaxValue) ?? Phase(StepPhase.Revert, had, had.Inputs!);
        }

        /// <summary>Waits for what stands on its work, and was begun before a moment, to be taken back; null when there is nothing.</summary>
        private Standing.RevertWaits? RevertWaits(int place, StepRecord had, long before)
        {
            if (before == 0 || had.State is not (StepState.Absent or StepState.Reverting) && before != long.MaxValue)
            {
                return null;
            }

            var resting = ImmutableArray.CreateBuilder<StepAddress>();
            foreach (var other in memo.RestingOn(place))
            {
                if (session.Steps.TryGetValue(wanted[other].Address, out var record) && record.HasEffects && record.EffectsSince < before)
                {
                    resting.Add(record.Address);
                }
            }

            return resting.Count == 0 ? null : new Standing.RevertWaits(resting.ToImmutable());
        }

        private Standing Phase(StepPhase phase, StepRecord had, StepInputs inputs)
        {
            if (inFlight.Contains(had.Address))
            {
                return new Standing.Working(phase, inputs);
            }

            var goesOn = had.Run == run && had.State == (phase switch
            {
                StepPhase.Evaluate => StepState.Evaluating,
                StepPhase.Run => StepState.Running,
                _ => StepState.Reverting,
            });
            return new Standing.Ready(phase, inputs, goesOn ? had.Attempt + (had.Failure is null ? 0 : 1) : 1);
        }

        private static StepPhase FirstPhase(WantedStep step) => step.GatePlacement == GatePlacement.BeforeRun ? StepPhase.Evaluate : StepPhase.Run;

        /// <summary>In review as long as the rule holds it for the reason that the person was told; a rule changed since is asked anew.</summary>
        private Standing Gate(WantedStep step, StepRecord had, StepReport evidence) =>
            !(had.State == StepState.Reported && step.GatePlacement == GatePlacement.BeforeRun) && had.Review is { } review && review.Evidence == had.Shown && review.Why == GateQuestion.WhyHeld(step.Gate, evidence, memo)
                ? new Standing.InReview(review)
                : new Standing.GateDue(step.Gate, evidence);
    }
}
