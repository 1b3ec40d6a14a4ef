using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <summary>A plan as it is shown.</summary>
/// <param name="Session">The session.</param>
/// <param name="Revision">The revision planned.</param>
/// <param name="IsPending">True when that revision is not committed.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Estimates">How much the first steps will involve, where that could be found out.</param>
/// <param name="Diagnostics">What forbids a start, and why sizes are not known.</param>
public sealed record PlanReport(
    string Session,
    int Revision,
    bool IsPending,
    Plan Plan,
    ImmutableDictionary<StepAddress, StepEstimate> Estimates,
    ImmutableArray<Diagnostic> Diagnostics);

/// <summary>Makes plan reports.</summary>
/// <param name="steps">Every step kind.</param>
public sealed class PlanReports(Planner planner, IReadOnlyDictionary<StepKind, IStep> steps, ISecretSource secrets, TimeProvider time)
{
    // A plan is shown within a second; each size is a handful of small files.
    private const int EstimatesMax = 40;

    /// <summary>The plan of a revision.</summary>
    public async Task<PlanReport> MakeAsync(SessionState session, Revision revision, CancellationToken cancellationToken)
    {
        var config = ConfigurationReader.ReadCanonical(revision.Configuration).Config!;
        var (plan, diagnostics) = planner.Plan(config, session.Recorded());
        var estimates = ImmutableDictionary.CreateBuilder<StepAddress, StepEstimate>();
        var notes = new List<Diagnostic>(WayOut.Of(diagnostics, session, revision));

        // All at once, because what takes time is the way to each repository.
        var begun = plan.Changes.Where(change => change is StepChange.Create or StepChange.Redo).Take(EstimatesMax).Select(change => EstimateAsync(session, change.Address, config, cancellationToken));
        foreach (var (address, estimate, failure) in await Task.WhenAll(begun))
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

        return new(session.Name, revision.Number, session.Current?.Number != revision.Number, plan, estimates.ToImmutable(), [.. notes]);
    }

    private async Task<(StepAddress Step, StepEstimate? Estimate, Diagnostic? Failure)> EstimateAsync(SessionState session, StepAddress step, MigrationConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return (step, await steps[step.Kind].EstimateAsync(Context(session, step, config), cancellationToken), null);
        }
        catch (StepException failure)
        {
            return (step, null, failure.Because);
        }
    }

    private StepContext Context(SessionState session, StepAddress address, MigrationConfig config) => new()
    {
        Session = session.Name,
        Run = 0,
        Address = address,
        Attempt = 0,
        Config = config,
        Outputs = session.Outputs,
        Secrets = secrets,
        WorkFolder = "",
        Time = time,
        Logger = NullLogger.Instance,
        Progress = static _ => { },
    };
}
