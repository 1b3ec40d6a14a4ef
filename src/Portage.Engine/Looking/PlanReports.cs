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

    private static readonly Diagnostic Silent = DiagnosticCatalog.Unreachable.Error(null, Looks.NoAnswer);

    private readonly Looks _looks = new(steps, secrets, filesOf, time);

    /// <summary>How long a look may take.</summary>
    public static TimeSpan AnswersWithin => Looks.AnswersWithin;

    /// <summary>The steps whose places are being asked at the moment, in order of their names. May be read meanwhile.</summary>
    public ImmutableArray<StepAddress> Asked => _looks.Asked;

    /// <summary>The plan of a revision.</summary>
    /// <param name="position">The last event of the ledger that the session takes into account.</param>
    /// <param name="home">Everybody's work, which the plan may be in the way of.</param>
    /// <param name="withSizes">False where only what is destroyed is of interest: then nothing else is asked for.</param>
    public async Task<PlanReport> MakeAsync(SessionState session, Revision revision, HomeState home, long position, bool withSizes, CancellationToken cancellationToken)
    {
        var config = ConfigurationReader.ReadCanonical(revision.Configuration).Config!;
        var (wanted, recorded) = (Desired.Of(planner, config, session, run: 0), session.Recorded());
        var (first, unseen) = planner.Plan(wanted, recorded, null);
        var sizes = withSizes ? EstimatesAsync(session, first, config, cancellationToken) : Task.FromResult<(StepAddress, StepEstimate?, Diagnostic?)[]>([]);
        var seen = await Task.WhenAll(first.Changes.Where(change => change.MayDestroy).Select(change => _looks.AtAsync(home, session, first.Steps[change.Address], GoneOf(change, session.Steps.GetValueOrDefault(change.Address)), change.Changed, change.TakesOver, config, cancellationToken)));
        var (plan, diagnostics) = seen.Length == 0
            ? (first, unseen)
            : planner.Plan(wanted, recorded, seen.ToDictionary(one => one.Step, one => new Observation(one.Destroys, one.Unseen)));
        var estimates = ImmutableDictionary.CreateBuilder<StepAddress, StepEstimate>();
        var notes = new List<Diagnostic>([.. WayOut.Of(diagnostics, session, revision), .. Consent.WhyNotBeforehand(plan, wanted, config, session, home, planner)]);
        var silent = new List<StepAddress>();
        foreach (var (address, estimate, failure) in await sizes)
        {
            if (failure == Silent)
            {
                silent.Add(address);
                continue;
            }

            if (estimate is not null)
            {
                estimates[address] = estimate;
            }

            // A plan needs no sizes; but what is in the way of them will be in the way of the step.
            if (failure is not null && notes.All(note => note.Detail != failure.Detail || !IsOnePlace(note.Path, failure.Path)))
            {
                notes.Add(failure with { Severity = Severity.Warning });
            }
        }

        if (silent.Count > 0)
        {
            notes.Add(Silent with
            {
                Severity = Severity.Warning,
                Detail = $"How large {silent[0]}{(silent.Count > 1 ? $" and {silent.Count - 1} more" : "")} would be cannot be seen: {Looks.NoAnswer}",
                Command = "workflow configure validate --probe",
            });
        }

        return new(session.Name, revision.Number, session.Current?.Number != revision.Number, plan, estimates.ToImmutable(), [.. notes]) { Config = config, Seen = [.. seen], Position = position, Dormant = Wishes.Dormant(planner, wanted, session), PutsBack = PutsBack(wanted, session) };
    }

    private static ImmutableArray<StepAddress> PutsBack(ImmutableArray<WantedStep> wanted, SessionState session) => session.SetAside.Count == 0 ? [] :
        [.. session.SetAside.Where(step => !AtWork.Is(session.Steps[step]) || !wanted.Any(one => !one.IsAbsent && one.Address == step)).OrderBy(step => step.ToString(), StringComparer.Ordinal)];

    /// <summary>Whether one path is the other or a part of it, so that who is told one looks at the other as well.</summary>
    private static bool IsOnePlace(string? one, string? other) =>
        one is null || other is null || $"{one}.".StartsWith($"{other}.", StringComparison.Ordinal) || $"{other}.".StartsWith($"{one}.", StringComparison.Ordinal);

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
            return await _looks.AnswerAsync(step, isLook: false, asked => estimated.EstimateAsync(context, asked), cancellationToken) is { } answer
                ? (step, answer.Value, null)
                : (step, null, Silent);
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
}
