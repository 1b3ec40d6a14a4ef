using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Looking;

/// <summary>Makes plan reports: the plan is pure, and what it must know of the clusters is looked at here, before it is asked.</summary>
/// <param name="steps">Every step kind.</param>
/// <param name="filesOf">What a step remembers, by session, step and the identity of its work.</param>
public sealed class PlanReports(
    Planner planner,
    IReadOnlyDictionary<StepKind, IStep> steps,
    ISecretSource secrets,
    Func<string, StepAddress, Fingerprint, IStepFiles> filesOf,
    TimeProvider time)
{
    // A plan is shown within a second; each size is a handful of small files.
    private const int EstimatesMax = 40;

    /// <summary>The plan of a revision.</summary>
    /// <param name="position">The last event of the ledger that the session takes into account.</param>
    /// <param name="withSizes">False where only what is destroyed is of interest: then nothing else is asked for.</param>
    public async Task<PlanReport> MakeAsync(SessionState session, Revision revision, long position, bool withSizes, CancellationToken cancellationToken)
    {
        var config = ConfigurationReader.ReadCanonical(revision.Configuration).Config!;
        var (wanted, recorded) = (Desired.Of(planner, config, session, run: 0), session.Recorded());
        var (first, unseen) = planner.Plan(wanted, recorded, null);
        var sizes = withSizes ? EstimatesAsync(session, first, config, cancellationToken) : Task.FromResult<(StepAddress, StepEstimate?, Diagnostic?)[]>([]);
        var seen = await Task.WhenAll(first.Changes.Where(change => change.MayDestroy).Select(change => LookAsync(session, change, first.Steps[change.Address], config, cancellationToken)));
        var (plan, diagnostics) = seen.Length == 0
            ? (first, unseen)
            : planner.Plan(wanted, recorded, seen.ToDictionary(one => one.Step, one => new Observation(one.Destroys, one.Unseen)));
        var estimates = ImmutableDictionary.CreateBuilder<StepAddress, StepEstimate>();
        var notes = new List<Diagnostic>(WayOut.Of(diagnostics, session, revision));
        foreach (var (address, estimate, failure) in await sizes)
        {
            if (estimate is not null)
            {
                estimates[address] = estimate;
            }

            // A plan needs no sizes; but what is in the way of them will be in the way of the step.
            if (failure is not null && notes.All(note => note.Detail != failure.Detail))
            {
                notes.Add(failure with { Severity = Severity.Warning });
            }
        }

        return new(session.Name, revision.Number, session.Current?.Number != revision.Number, plan, estimates.ToImmutable(), [.. notes]) { Config = config, Seen = [.. seen], Position = position };
    }

    // All at once, because what takes time is the way to each repository.
    private Task<(StepAddress Step, StepEstimate? Estimate, Diagnostic? Failure)[]> EstimatesAsync(SessionState session, Plan plan, MigrationConfig config, CancellationToken cancellationToken) =>
        Task.WhenAll(plan.Changes
            .Where(change => change is StepChange.Create or StepChange.Redo or StepChange.Update)
            .Take(EstimatesMax)
            .Select(change => EstimateAsync(session, change.Address, config, cancellationToken)));

    private async Task<(StepAddress Step, StepEstimate? Estimate, Diagnostic? Failure)> EstimateAsync(SessionState session, StepAddress step, MigrationConfig config, CancellationToken cancellationToken)
    {
        if (steps[step.Kind] is not IEstimated estimated)
        {
            return (step, null, null);
        }

        try
        {
            var context = new EstimateContext { Session = session.Name, Address = step, Config = config, Outputs = session.Outputs, Secrets = secrets, Time = time };
            return (step, await estimated.EstimateAsync(context, cancellationToken), null);
        }
        catch (StepException failure)
        {
            return (step, null, failure.Because);
        }
    }

    /// <summary>The items that a start would take back, and those that it goes on taking back.</summary>
    private static ImmutableArray<string> GoneOf(StepChange change, StepRecord? had)
    {
        var begun = had is { State: StepState.Reverting } ? had.TakingBack : [];
        var redone = change is StepChange.Redo or StepChange.Revert && had is { HasEffects: true } ? change.Redone : [];
        return begun.IsDefault || redone.IsDefault ? default : [.. begun.Union(redone, StringComparer.Ordinal)];
    }

    /// <summary>Looks at the place where the work was done, which may be another one than is configured now.</summary>
    private async Task<Seen> LookAsync(SessionState session, StepChange change, WantedStep wanted, MigrationConfig config, CancellationToken cancellationToken)
    {
        if (steps[change.Address.Kind] is not IDestroying destroying)
        {
            return new(change.Address, [], null);
        }

        var had = session.Steps.GetValueOrDefault(change.Address);
        var hasWork = had is { HasEffects: true };
        var identity = had?.Inputs?.Fingerprints.Identity ?? default;
        try
        {
            var context = new LookContext
            {
                Session = session.Name,
                Address = change.Address,
                Identity = identity,
                Config = hasWork && (wanted.IsAbsent || RevertPlace.IsWhereItWasDone(had!, wanted)) ? ConfigurationReader.ReadCanonical(session.ConfigurationOf(had!.ConfiguredBy)).Config! : config,
                Wanted = config,
                Outputs = session.Outputs,
                Secrets = secrets,
                Time = time,
                Files = hasWork ? filesOf(session.Name, change.Address, identity) : NoFiles.Instance,
                Items = GoneOf(change, had),
                Overwrites = wanted.Overwrites,
            };
            return new(change.Address, await destroying.LookAsync(context, cancellationToken), null);
        }
        catch (StepException failure)
        {
            return new(change.Address, [], failure.Because.Detail);
        }
    }
}
