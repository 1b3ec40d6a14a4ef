using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
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
        foreach (var change in plan.Changes.Where(change => change is StepChange.Create or StepChange.Redo).Take(EstimatesMax))
        {
            try
            {
                if (await steps[change.Address.Kind].EstimateAsync(Context(session, change.Address, config), cancellationToken) is { } estimate)
                {
                    estimates[change.Address] = estimate;
                }
            }
            catch (StepException failure)
            {
                // A plan needs no sizes; but what is in the way of them will be in the way of the step.
                if (notes.All(note => note.Detail != failure.Because.Detail))
                {
                    notes.Add(failure.Because with { Severity = Severity.Warning });
                }
            }
        }

        return new(session.Name, revision.Number, session.Current?.Number != revision.Number, plan, estimates.ToImmutable(), [.. notes]);
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
