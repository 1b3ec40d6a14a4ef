using System.Collections.Concurrent;
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

    /// <summary>How long a look may take: a server that is there answers within a second, and somebody waits for the plan.</summary>
    public static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);

    private static readonly string NoAnswer = $"No answer within {AnswersWithin.TotalSeconds:0} s.";

    private static readonly Diagnostic Silent = DiagnosticCatalog.Unreachable.Error(null, NoAnswer);

    private readonly ConcurrentDictionary<(StepAddress Step, bool IsLook), bool> _asked = [];

    /// <summary>The steps whose places are being asked at the moment, in order of their names. May be read meanwhile.</summary>
    public ImmutableArray<StepAddress> Asked => [.. _asked.Keys.Select(asked => asked.Step).Distinct().OrderBy(step => step.ToString(), StringComparer.Ordinal)];

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
                Detail = $"How large {silent[0]}{(silent.Count > 1 ? $" and {silent.Count - 1} more" : "")} would be cannot be seen: {NoAnswer}",
                Command = "workflow configure validate --probe",
            });
        }

        return new(session.Name, revision.Number, session.Current?.Number != revision.Number, plan, estimates.ToImmutable(), [.. notes]) { Config = config, Seen = [.. seen], Position = position };
    }

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
            return await AnswerAsync(step, isLook: false, asked => estimated.EstimateAsync(context, asked), cancellationToken) is { } answer
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
                Changed = change.Changed,
                Overwrites = wanted.Overwrites,
            };
            return await AnswerAsync(change.Address, isLook: true, asked => destroying.LookAsync(context, asked), cancellationToken) is { } answer
                ? new(change.Address, answer.Value, null)
                : new(change.Address, [], NoAnswer);
        }
        catch (StepException failure)
        {
            return new(change.Address, [], failure.Because.Detail);
        }
    }

    /// <summary>What was answered in time; null where nothing was.</summary>
    private async Task<Answer<T>?> AnswerAsync<T>(StepAddress step, bool isLook, Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnswersWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        _asked[(step, isLook)] = true;
        try
        {
            // What is asked of a file system that hangs does not hear of it.
            return new(await ask(either.Token).AsTask().WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            _asked.TryRemove((step, isLook), out _);
        }
    }

    private sealed record Answer<T>(T Value);
}
