using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Operations;

/// <summary>Why a plan must not be started yet, though it could be carried out. Pure.</summary>
internal static class Consent
{
    private const int NamesMax = 3;

    // Somebody waits: of thousands of slices beside thousands of indices only plain names are looked up.
    private const long PatternsTriedMax = 100_000;

    /// <summary>What may be destroyed must have been seen, and a plan that destroys must be named; null when that is so, or nothing is destroyed.</summary>
    public static Diagnostic? WhyNot(Plan plan, Operation.Start operation)
    {
        var seen = operation.Seen.Select(one => one.Step).ToHashSet();
        if (plan.Changes.FirstOrDefault(change => change.Unseen is not null) is { } blind)
        {
            return DiagnosticCatalog.DestructionUnseen.Error(null, $"{blind.Address}: {blind.Unseen} Nothing was started.") with { Command = "workflow configure validate --probe" };
        }

        if (plan.Changes.FirstOrDefault(change => change.MayDestroy && !seen.Contains(change.Address)) is { } unseen)
        {
            return DiagnosticCatalog.DestructionUnseen.Error(null, $"{unseen.Address} may destroy something, and nobody looked what is there now. Nothing was started.") with { Command = "workflow plan" };
        }

        return plan.IsDestructive && operation.Plan is null
            ? DiagnosticCatalog.PlanDestroys.Error(null, $"It {plan.DestroysText}. Whoever wants that names the plan. Nothing was started.") with
            { Command = $"workflow start --plan {plan.Hash.Short}" }
            : null;
    }

    /// <summary>Slices that would wait for each other for ever; null where there are none.</summary>
    /// <param name="desired">What the plan wants, present or absent.</param>
    /// <param name="end">What follows from it, as a sentence.</param>
    public static Diagnostic? WhyStandstill(ImmutableArray<WantedStep> desired, SessionState session, string end)
    {
        if (Exchanges.In(desired, session) is not { IsEmpty: false } circle)
        {
            return null;
        }

        // What was begun goes on, whoever thinks better of it.
        var given = circle.Select(one => Exchanges.GivesUp(desired, session, one.Slice)).OrderBy(steps => steps.Count(step => session.Steps[step].State == StepState.Reverting)).ThenByDescending(steps => steps[0].ToString(), StringComparer.Ordinal).First();
        ImmutableArray<string> items = [.. circle.Select(one => one.Item).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var waits = circle.Select(one => $"{one.Slice} is to begin with {one.Item} when {one.From} is taken back there");
        return DiagnosticCatalog.SlicesExchange.Error(
            null,
            $"{string.Join("; ", waits)}: {(circle.Length == 1 ? "that waits for its own change" : "they wait for each other")}, and nothing of it could begin. {end} Leave what one of them made as it is, with the command below; or take {NamesText.Of(items)} out of the slices, start, and bring {(items.Length == 1 ? "it" : "them")} in where wanted afterwards.") with
        { Command = $"workflow collect {string.Join(' ', given)} --cancel" };
    }

    /// <summary>What a start of the plan would be refused for, and what its run may fail with, as far as that is known before: for whoever only looks.</summary>
    public static IEnumerable<Diagnostic> WhyNotBeforehand(Plan plan, ImmutableArray<WantedStep> desired, MigrationConfig config, SessionState session, HomeState home, Planner planner)
    {
        foreach (var blind in plan.Changes.Where(change => change.Unseen is not null))
        {
            yield return Unseen(blind);
        }

        if (WhyStandstill(desired, session, "A start is refused.") is { } standstill)
        {
            yield return standstill;
        }

        if (WhyClaimed(plan, config, session, home, planner, "A start is refused.") is { } claimed)
        {
            yield return claimed;
        }
        else if (MayBeClaimed(plan, config, session, home, planner) is { } perhaps)
        {
            yield return perhaps;
        }
    }

    /// <summary>Until the snapshot is looked at nobody knows which indices a slice selects; but other work may be in one that it would.</summary>
    private static Diagnostic? MayBeClaimed(Plan plan, MigrationConfig config, SessionState session, HomeState home, Planner planner)
    {
        var unknown = plan.Changes.Where(change => change is StepChange.Create { Added.IsEmpty: true } && change.Address.Target is not null && planner.WritesToTarget(change.Address.Kind) && plan.Steps[change.Address].ItemEdge is not null).ToArray();
        if (unknown.Length == 0)
        {
            return null;
        }

        var claims = AllOf(home, planner).Where(claim => claim.Session != session.Name || unknown.Any(change => change.Address.Source != claim.Step.Source)).ToArray();
        var indices = claims.Select(claim => claim.Index).ToHashSet(StringComparer.Ordinal);
        var triesPatterns = (long)unknown.Length * indices.Count <= PatternsTriedMax;

        foreach (var change in unknown)
        {
            var (edge, endpoint) = (plan.Steps[change.Address].ItemEdge!, config.Targets[change.Address.Target!].Endpoint!);
            var selected = triesPatterns ? indices.Where(edge.Selects) : edge.Include.Where(name => indices.Contains(name) && edge.Selects(name));
            if (Claims.Conflicts(home, session.Name, change.Address, endpoint, selected, claims) is { IsEmpty: false } conflicts)
            {
                return Describe(session.Name, change.Address, endpoint, conflicts, "If the snapshot has it, the run fails there.") with { Severity = Severity.Warning };
            }
        }

        return null;
    }

    private static Diagnostic Unseen(StepChange blind) => DiagnosticCatalog.DestructionUnseen.Error(null, $"{blind.Address}: {blind.Unseen} A start is refused.") with { Command = "workflow configure validate --probe" };

    /// <summary>The index that other work has written, as far as it is known which indices the plan would write; null when there is none.</summary>
    /// <param name="end">What follows from it, as a sentence.</param>
    public static Diagnostic? WhyClaimed(Plan plan, MigrationConfig config, SessionState session, HomeState home, Planner planner, string end)
    {
        var writing = plan.Changes
            .Where(change => change is StepChange.Create or StepChange.Update or StepChange.Redo or StepChange.Revert or StepChange.Adopt && change.Address.Target is not null && planner.WritesToTarget(change.Address.Kind))
            .Where(change => change.Added.Length > 0)
            .ToArray();
        if (writing.Length == 0)
        {
            return null;
        }

        var configOf = Reading();
        var toCome = home.Sessions.Values.Any(other => other != session && other.ActiveRun is not null) ? ClaimsToCome.Of(home, planner.WritesToTarget, configOf).All : [];
        Claim[] claims = [.. AllOf(home, planner, configOf), .. toCome];
        var planned = writing.Any(change => change.Address.Source != writing[0].Address.Source) ? new Dictionary<(string Cluster, string Index), StepAddress>() : null;
        foreach (var change in writing)
        {
            var endpoint = config.Targets[change.Address.Target!].Endpoint!;
            if (Claims.Conflicts(home, session.Name, change.Address, endpoint, change.Added, claims) is { IsEmpty: false } conflicts)
            {
                return Describe(session.Name, change.Address, endpoint, conflicts, end);
            }

            if (planned is not null && WhyPlannedTwice(planned, change, home.ClusterOf(endpoint), session.Name) is { IsEmpty: false } twice)
            {
                return Describe(session.Name, change.Address, endpoint, twice, end);
            }
        }

        return null;
    }

    /// <summary>What a change would write, and one of another migration in the same plan would too.</summary>
    private static ImmutableArray<Claim> WhyPlannedTwice(Dictionary<(string Cluster, string Index), StepAddress> planned, StepChange change, string cluster, string session) =>
    [
        .. from index in change.Added
           where !planned.TryAdd((cluster, index), change.Address)
           let first = planned[(cluster, index)]
           where first.Source != change.Address.Source
           select new Claim(session, first, cluster, index),
    ];

    /// <summary>The claims of all sessions of a home.</summary>
    public static ImmutableArray<Claim> AllOf(HomeState home, Planner planner) => [.. AllOf(home, planner, Reading())];

    private static IEnumerable<Claim> AllOf(HomeState home, Planner planner, Func<SessionState, int, MigrationConfig> configOf) =>
        home.Sessions.Values.SelectMany(session => Claims.Of(home, session, planner.WritesToTarget, run => configOf(session, run)));

    /// <summary>Reads the configuration of a run of a session, each one once.</summary>
    private static Func<SessionState, int, MigrationConfig> Reading()
    {
        var known = new Dictionary<string, MigrationConfig>(ReferenceEqualityComparer.Instance);
        return (session, run) => session.ConfigurationOf(run) is var text && known.TryGetValue(text, out var config) ? config : known[text] = ConfigurationReader.ReadCanonical(text).Config!;
    }

    /// <summary>Says whose the indices are.</summary>
    /// <param name="session">Of the step that would write them.</param>
    /// <param name="end">What follows from it, as a sentence.</param>
    public static Diagnostic Describe(string session, StepAddress step, string endpoint, ImmutableArray<Claim> conflicts, string end)
    {
        var owners = conflicts.Take(NamesMax).Select(claim => $"{claim.Index} (session {claim.Session}, {claim.Step})");
        var more = conflicts.Length > NamesMax ? $" and {conflicts.Length - NamesMax} more" : "";
        return DiagnosticCatalog.IndexIsClaimed.Error($"targets.{step.Target}.endpoint", $"{step} would write to what belongs to other work on {endpoint}: {string.Join(", ", owners)}{more}. {end}") with
        {
            // Within one session it is two slices of its configuration that want the same.
            Command = conflicts[0].Session == session && step.Part is { } slice ? $"workflow configure show migrations.{step.Source}.slices.{slice}" : "workflow session list",
        };
    }
}
