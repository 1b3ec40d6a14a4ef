using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Operations;

/// <content>Taking back what nobody wants any more.</content>
public sealed partial class OperationRules
{
    private const int CollectedNamesMax = 3;
    private const string CollectWords = "workflow collect ";

    private OperationResult Collect(Operation.Collect operation, SessionState session, HomeState home)
    {
        if (session.Current is not { } current)
        {
            return OperationResult.Refused(NothingCommitted(session));
        }

        var steps = planner.Wanted(ConfigurationReader.ReadCanonical(current.Configuration).Config!);
        var wanted = steps.Select(step => step.Address).ToHashSet();
        var left = session.Steps.Values.Where(step => step.HasEffects && !wanted.Contains(step.Address)).Select(step => step.Address).ToHashSet();
        if (!operation.IsWanted)
        {
            // What is wanted again may be asked for still, and that can be forgotten.
            left.UnionWith(session.Leaving);
        }

        var what = new Collected(wanted, LeftInPart.Of(planner, Desired.Of(planner, steps, session, run: 0), session).ToDictionary(part => part.Step));
        foreach (var pattern in operation.Patterns.Select(pattern => new AddressPattern(pattern)))
        {
            var named = left.Where(step => pattern.Matches(step)).ToArray();
            var namedInPart = (operation.IsWanted ? [.. what.Parts.Keys] : session.LeavingInPart.ToArray()).Where(step => pattern.Matches(step)).ToArray();
            if (named.Length + namedInPart.Length == 0)
            {
                return OperationResult.Refused(NothingLeft(pattern, wanted, [.. left, .. what.Parts.Keys]));
            }

            what.Whole.UnionWith(named);
            what.InPart.UnionWith(namedInPart);
        }

        var begun = Desired.Begun(planner, session, left).ToArray();
        if (operation.IsWanted)
        {
            AddWhatComesAfter(what.Whole, begun);
            AddWhatComesAfterInPart(what, steps);
            if ((WhyStoodOn(what.Whole, session) ?? WhyKept(what, session, home)) is { } kept)
            {
                return OperationResult.Refused(WithWhatIsTaken(kept, operation, session, home));
            }
        }
        else
        {
            AddWhatComesBefore(what.Whole, begun);
        }

        var (events, answers, why) = operation.IsWanted ? CollectInPart(operation, session, steps, what) : CancelInPart(operation, session, steps, what.InPart);
        if (why is not null)
        {
            return OperationResult.Refused(WithWhatIsTaken(why, operation, session, home));
        }

        // What is said is what the next start will want, and no rule of its own.
        var absent = Desired.Of(planner, steps, session, [.. session.Leaving, .. what.Whole], what.GoesInPart).Where(step => step.IsAbsent).ToDictionary(step => step.Address);
        var whole = begun.Select(step => session.Steps[step.Address]).Where(step => what.Whole.Contains(step.Address) && step.LeavesBy is not null != operation.IsWanted).ToArray();
        return Asked(
            operation.IsWanted,
            [.. whole.Where(step => operation.IsWanted || !IsGoing(step)).Select(step => new CollectAsked(session.Name, session.Runs.Count, step.Address, operation.By, operation.IsWanted)), .. events],
            [.. whole.Select(step => AnswerCollect(step.Address, step, operation.IsWanted, absent.GetValueOrDefault(step.Address))), .. answers, .. operation.IsWanted || whole.Length == 0 ? [] : StillGoing(what.Whole, begun, session)]);
    }

    /// <summary>What was asked for along with what stays now, and still goes: whoever takes back the one may have meant the other too.</summary>
    private static IEnumerable<string> StillGoing(HashSet<StepAddress> chosen, WantedStep[] begun, SessionState session)
    {
        var still = begun.Where(step => !chosen.Contains(step.Address) && session.Leaving.Contains(step.Address) && step.Edges.Any(edge => chosen.Contains(edge.Upstream))).Select(step => step.Address.ToString()).ToArray();
        return still.Length == 0 ? [] : [$"The next start still takes back what {string.Join(" and ", still)} made: workflow collect {string.Join(' ', still)} --cancel"];
    }

    /// <summary>Half of it may be gone: nobody can have it left as it is any more.</summary>
    private static bool IsGoing(StepRecord step) => step.State == StepState.Reverting;

    /// <param name="goes">The step as the next start wants it absent; null where it is kept after all.</param>
    private static string AnswerCollect(StepAddress step, StepRecord had, bool isWanted, WantedStep? goes) =>
        !isWanted ? IsGoing(had) ? $"{step} is being taken back already: that goes on, with the next start where no run is under way." : $"What {step} made is left as it is."
        : goes is null ? $"What {step} made stays for now: other work was begun on it, or is in the same indices. It goes when that does."
        : $"The next start takes back what {step} made{(goes.Stays.IsEmpty ? "" : $", but for {NamesText.Of(goes.Stays, CollectedNamesMax)}, which other work has by now")}.";

    /// <summary>What stands on something that goes, or reads it to be taken back itself, goes first.</summary>
    private static void AddWhatComesAfter(HashSet<StepAddress> chosen, WantedStep[] begun)
    {
        foreach (var step in begun.Where(step => step.Edges.Any(edge => chosen.Contains(edge.Upstream))))
        {
            chosen.Add(step.Address);
        }
    }

    /// <summary>What something that stays was begun on stays too.</summary>
    private static void AddWhatComesBefore(HashSet<StepAddress> chosen, WantedStep[] begun)
    {
        foreach (var step in begun.Reverse().Where(step => chosen.Contains(step.Address)))
        {
            chosen.UnionWith(step.Edges.Select(edge => edge.Upstream));
        }
    }

    /// <summary>Wanted work that was begun on what would go; null where there is none.</summary>
    private Diagnostic? WhyStoodOn(HashSet<StepAddress> chosen, SessionState session)
    {
        var others = session.Steps.Values.Where(step => step.HasEffects && !chosen.Contains(step.Address)).Select(step => step.Address).ToHashSet();
        var standing = Desired.Begun(planner, session, others).FirstOrDefault(step => step.Edges.Any(edge => chosen.Contains(edge.Upstream)));
        return standing is null
            ? null
            : DiagnosticCatalog.CollectRefused.Error(
                null,
                $"{standing.Address}, which the configuration wants, stands on what {standing.Edges.First(edge => chosen.Contains(edge.Upstream)).Upstream} made. Nothing was asked for.") with
            { Command = $"workflow explain {standing.Address}" };
    }

    /// <summary>Other work in the same indices, which would go along; null where there is none.</summary>
    private Diagnostic? WhyKept(Collected what, SessionState session, HomeState home)
    {
        var claims = Consent.AllOf(home, planner);
        var going = claims.Where(claim => claim.Session == session.Name && claim.IsOfWork && what.Whole.Contains(claim.Step)).ToArray();
        var others = claims.Where(claim => claim.Session != session.Name || (!what.Goes(claim.Step, claim.Index) && (claim.IsOfWork || what.Wanted.Contains(claim.Step)))).ToLookup(claim => (claim.Cluster, claim.Index));

        // What it stands on stays; what stands on it, and what is in the same index by another way, would be lost.
        Claim? LostWith(Claim claim) => others[(claim.Cluster, claim.Index)].FirstOrDefault(other => other.Session != session.Name || !IsUnder(other.Step, claim.Step));

        // Of what another slice has by now, the next start keeps its hands off, where it can take back the rest.
        bool IsInPart(StepAddress step)
        {
            var lost = going.Where(one => one.Step == step).Select(one => (one.Index, By: LostWith(one))).Where(one => one.By is not null).ToArray();
            return lost.All(one => one.By!.Session == session.Name && (one.By.Step.Source, one.By.Step.Target) == (step.Source, step.Target))
                && Desired.CanStayInPart(session.Steps[step], [.. lost.Select(one => one.Index).Distinct(StringComparer.Ordinal)]);
        }

        foreach (var claim in going)
        {
            if (LostWith(claim) is { } lost && !IsInPart(claim.Step))
            {
                var indices = going.Where(one => one.Step == claim.Step && LostWith(one) is not null).Select(one => one.Index).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
                var goesToo = lost.Session == session.Name && what.IsLeft(lost.Step, lost.Index);
                return DiagnosticCatalog.CollectRefused.Error(
                    null,
                    goesToo
                        ? $"{claim.Step} and {lost.Step} both have work in {NamesText.Of(indices, CollectedNamesMax)}, and nobody wants either any more: both go together, or neither. Nothing was asked for."
                        : $"{claim.Step} made {NamesText.Of(indices, CollectedNamesMax)}, in which {lost.Step}{(lost.Session == session.Name ? "" : $" of session {lost.Session}")} has work. Nothing was asked for.") with
                { Command = goesToo ? $"workflow collect {NamesOf([.. what.Whole, .. what.InPart, lost.Step])}" : $"workflow explain {lost.Step}" };
            }
        }

        return null;
    }

    /// <summary>Whoever is told to name more is told all of it at once; and where more is refused all the same, why that is.</summary>
    private Diagnostic WithWhatIsTaken(Diagnostic why, Operation.Collect operation, SessionState session, HomeState home)
    {
        if (why.Command is not { } command || !command.StartsWith(CollectWords, StringComparison.Ordinal) || command[CollectWords.Length..].Split(' ') is not { } more || operation.Patterns.SequenceEqual(more, StringComparer.Ordinal))
        {
            return why;
        }

        var then = Collect(operation with { Patterns = [.. more] }, session, home);
        return !then.HasFailed ? why
            : then.Diagnostics[0] is { Command: { } all } && all.StartsWith(CollectWords, StringComparison.Ordinal) ? why with { Command = all }
            : then.Diagnostics[0];
    }

    private static string NamesOf(ImmutableArray<StepAddress> steps) => string.Join(' ', steps.Select(step => $"{step.Source}/{step.Part}@{step.Target}").Distinct().Order(StringComparer.Ordinal));

    private static bool IsUnder(StepAddress under, StepAddress step) =>
        (under.Source, under.Part, under.Target) == (step.Source, step.Part, step.Target) && under.Kind < step.Kind;

    private static Diagnostic NothingLeft(AddressPattern pattern, HashSet<StepAddress> wanted, HashSet<StepAddress> left)
    {
        if (wanted.FirstOrDefault(step => pattern.Matches(step)) is { Source: not null } one)
        {
            return DiagnosticCatalog.CollectRefused.Error(null, $"{one} is wanted by the configuration. Only what nobody wants any more is collected: take it out of the configuration first.") with
            { Command = "workflow configure show" };
        }

        return DiagnosticCatalog.NoSuchStep.Error(null, left.Count == 0 ? "Nothing is left of steps that are no longer wanted." : $"'{pattern}' selects none of the {left.Count} steps of which something is left.") with
        {
            DidYouMean = DidYouMean.Among(pattern.Text, left.Select(step => step.ToString())),
            Command = "workflow plan",
        };
    }
}
