using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Core;

/// <summary>Works out where every wanted step stands. Pure.</summary>
public static class Standings
{
    /// <summary>The standing of each wanted step, in the order given.</summary>
    /// <param name="wanted">The steps, each after those it depends on.</param>
    /// <param name="session">What is recorded.</param>
    /// <param name="run">The run under way; failures of earlier runs are tried again.</param>
    /// <param name="inFlight">Steps that this controller is working on at this moment, workloads it watches included.</param>
    /// <param name="now">The time.</param>
    /// <param name="memo">Fingerprints worked out before for these very steps.</param>
    public static IReadOnlyList<(WantedStep Step, Standing Standing)> Of(
        ImmutableArray<WantedStep> wanted,
        SessionState session,
        int run,
        IReadOnlySet<StepAddress> inFlight,
        DateTimeOffset now,
        InputsMemo memo)
    {
        var standings = new List<(WantedStep, Standing)>(wanted.Length);
        var settled = new Dictionary<StepAddress, ImmutableArray<OutputPart>>(wanted.Length);
        var redone = new HashSet<StepAddress>();
        var restingOn = wanted
            .SelectMany(step => step.Edges.Where(edge => edge.RestsOn).Select(edge => (edge.Upstream, step.Address)))
            .ToLookup(pair => pair.Upstream, pair => pair.Address);
        foreach (var step in wanted)
        {
            var had = session.Steps.GetValueOrDefault(step.Address) ?? new StepRecord(step.Address);
            var standing = Of(step, had);
            if (standing is Standing.Settled)
            {
                settled[step.Address] = had.Outputs?.Parts ?? [];
            }

            standings.Add((step, standing));
        }

        return standings;

        Standing Of(WantedStep step, StepRecord had)
        {
            var waits = step.Edges.Where(edge => !settled.ContainsKey(edge.Upstream)).Select(edge => edge.Upstream).Distinct().ToImmutableArray();
            var inputs = waits.IsEmpty ? memo.Of(step, settled) : null;

            if (session.Pauses.FirstOrDefault(pause => new AddressPattern(pause.Pattern).Matches(step.Address)) is { } pause
                && had.State != StepState.Complete)
            {
                return new Standing.Held(pause, IsWorking: had.Workload is not null || inFlight.Contains(step.Address));
            }

            if (MustRedo(step, had, inputs))
            {
                redone.Add(step.Address);
                return Redo(step, had, inputs, waits);
            }

            if (had.Failure is { } failure && (had.RetryAt is not null || had.Run == run))
            {
                if (had.RetryAt is not { } at)
                {
                    return new Standing.Failed(failure);
                }

                if (at > now)
                {
                    return new Standing.Retries(failure, at);
                }
            }

            return had.State switch
            {
                StepState.Complete => waits.IsEmpty ? new Standing.Settled() : new Standing.Waits(waits),
                StepState.Reverting => Phase(StepPhase.Revert, step, had, had.Inputs!),
                // What has begun goes on even while an earlier step is looked at again: its inputs are what it began with.
                StepState.Running => Phase(StepPhase.Run, step, had, inputs ?? had.Inputs!),
                StepState.Reported => Gate(step, had, had.Report!),
                _ when inputs is null => new Standing.Waits(waits),
                StepState.Evaluating => Phase(StepPhase.Evaluate, step, had, inputs),
                StepState.Evaluated when had.Approved == had.Evidence!.Digest => new Standing.Ready(StepPhase.Run, inputs, 1),
                StepState.Evaluated => Gate(step, had, had.Evidence!),
                _ => new Standing.Ready(FirstPhase(step), inputs, 1),
            };
        }

        bool MustRedo(WantedStep step, StepRecord had, StepInputs? inputs) =>
            had is { Inputs: not null, State: not (StepState.Absent or StepState.Reverting) }
            && (had.Inputs.Version != step.Version
                || step.Edges.Any(edge => edge.RestsOn && redone.Contains(edge.Upstream))
                || (inputs is not null
                    ? inputs.Fingerprints.Result != had.Inputs.Fingerprints.Result
                    : InputDifferences.Between(had.Inputs.Parts, step.Inputs).Any(field => field.Affects == Affects.Result)));

        Standing Redo(WantedStep step, StepRecord had, StepInputs? inputs, ImmutableArray<StepAddress> waits)
        {
            if (!had.HasEffects)
            {
                return inputs is null ? new Standing.Waits(waits) : Phase(FirstPhase(step), step, had, inputs);
            }

            if (had.Workload is not null)
            {
                return new Standing.StopsFirst();
            }

            var resting = restingOn[step.Address]
                .Where(address => session.Steps.TryGetValue(address, out var other) && other.HasEffects)
                .ToImmutableArray();
            return resting.IsEmpty
                ? Phase(StepPhase.Revert, step, had, had.Inputs!)
                : new Standing.RevertWaits(resting);
        }

        Standing Phase(StepPhase phase, WantedStep step, StepRecord had, StepInputs inputs)
        {
            if (inFlight.Contains(step.Address))
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

        static StepPhase FirstPhase(WantedStep step) => step.GatePlacement == GatePlacement.BeforeRun ? StepPhase.Evaluate : StepPhase.Run;

        static Standing Gate(WantedStep step, StepRecord had, StepReport evidence) => had.Review is { } review && review.Evidence == evidence.Digest
            ? new Standing.InReview(review)
            : new Standing.GateDue(step.Gate, evidence);
    }
}
