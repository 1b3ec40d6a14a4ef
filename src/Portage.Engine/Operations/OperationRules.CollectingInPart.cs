using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Operations;

/// <content>Taking back what wanted steps have of items that their slices do not select any more.</content>
public sealed partial class OperationRules
{
    /// <summary>What stands in what goes in part goes along.</summary>
    private static void AddWhatComesAfterInPart(Collected what, ImmutableArray<WantedStep> wanted)
    {
        foreach (var step in wanted.Where(step => what.Parts.ContainsKey(step.Address) && step.Edges.Any(edge => what.InPart.Contains(edge.Upstream))))
        {
            what.InPart.Add(step.Address);
        }
    }

    /// <summary>What narrowed slices left behind.</summary>
    private (ImmutableArray<LedgerEvent> Events, ImmutableArray<string> Answers, Diagnostic? Why) CollectInPart(Operation.Collect operation, SessionState session, ImmutableArray<WantedStep> wanted, Collected what)
    {
        var (events, answers) = (ImmutableArray.CreateBuilder<LedgerEvent>(), ImmutableArray.CreateBuilder<string>());
        foreach (var step in wanted.Where(step => what.InPart.Contains(step.Address)))
        {
            var (had, part) = (session.Steps[step.Address], what.Parts[step.Address]);
            var held = planner.WritesToTarget(step.Address.Kind) ? Desired.HeldByOthers(planner, session, had, what.Goes, what.Wanted.Contains) : [];
            ImmutableArray<string> items = [.. part.Left.Union(part.Leaving, StringComparer.Ordinal).Except(held, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if ((items.IsEmpty ? WhyHeld(step, part, session, what) : WhyLeftIn(step, items, session, what)) is { } why)
            {
                return ([], [], why);
            }

            if (had.LeavingItems is not { } asked || !asked.Items.SequenceEqual(items, StringComparer.Ordinal))
            {
                string[] stays = [.. part.Left.Intersect(held, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                events.Add(new CollectAsked(session.Name, session.Runs.Count, step.Address, operation.By, true) { Items = items });
                answers.Add($"The next start takes back what {step.Address} made of {NamesText.Of(items, CollectedNamesMax)}{(stays.Length == 0 ? "" : $", but not of {NamesText.Of(stays, CollectedNamesMax)}, which other work has by now")}.");
            }
        }

        return (events.ToImmutable(), answers.ToImmutable(), null);
    }

    /// <summary>What was asked for of wanted steps and is not any more; what that stands on stays too.</summary>
    private static (ImmutableArray<LedgerEvent> Events, ImmutableArray<string> Answers, Diagnostic? Why) CancelInPart(Operation.Collect operation, SessionState session, ImmutableArray<WantedStep> wanted, HashSet<StepAddress> named)
    {
        foreach (var step in wanted.Reverse().Where(step => named.Contains(step.Address)))
        {
            named.UnionWith(step.Edges.Select(edge => edge.Upstream).Where(session.LeavingInPart.Contains));
        }

        var going = session.LeavingInPart.Where(named.Contains).OrderBy(step => step.Kind).ThenBy(step => step.ToString(), StringComparer.Ordinal).Select(step => session.Steps[step]).ToArray();
        return (
            [.. going.Where(had => !IsGoing(had)).Select(had => new CollectAsked(session.Name, session.Runs.Count, had.Address, operation.By, false) { Items = had.LeavingItems!.Items })],
            [.. going.Select(had => IsGoing(had) ? AnswerCollect(had.Address, had, false, null) : $"What {had.Address} made of {NamesText.Of(had.LeavingItems!.Items, CollectedNamesMax)} is left as it is.")],
            null);
    }

    /// <summary>All that is left of it is other slices' by now.</summary>
    private static Diagnostic WhyHeld(WantedStep step, LeftPart part, SessionState session, Collected what)
    {
        string[] items = [.. part.Left, .. part.Leaving];
        var (other, isLeft) = session.OthersIn(session.Steps[step.Address], items)
            .Select(other => (Step: other.Address, Items: Claims.IndicesOf(other).Intersect(items, StringComparer.Ordinal).Where(item => !what.Goes(other.Address, item)).ToArray()))
            .Where(other => other.Items.Length > 0)
            .Select(other => (other.Step, IsLeft: other.Items.All(item => what.IsLeft(other.Step, item))))
            .OrderByDescending(other => other.IsLeft)
            .ThenBy(other => other.Step.ToString(), StringComparer.Ordinal)
            .First();
        return DiagnosticCatalog.CollectRefused.Error(null, $"{step.Address} made {NamesText.Of(items, CollectedNamesMax)}, in which {other} has work. Nothing was asked for.") with
        { Command = isLeft ? $"workflow collect {NamesOf([.. what.Whole, .. what.InPart, other])}" : $"workflow explain {other}" };
    }

    /// <summary>A later step of the slice that nobody wants any more has work in them: it would be deleted along.</summary>
    private static Diagnostic? WhyLeftIn(WantedStep step, ImmutableArray<string> items, SessionState session, Collected what) =>
        session.Steps.Values
            .Where(other => !what.Wanted.Contains(other.Address) && !what.Whole.Contains(other.Address) && other.Address.Part == step.Address.Part && LeftWork.MayStandIn(step, other.Address))
            .FirstOrDefault(other => Claims.WrittenBy(other).Intersect(items, StringComparer.Ordinal).Any()) is { } left
            ? DiagnosticCatalog.CollectRefused.Error(
                null,
                $"{step.Address} made {NamesText.Of(items, CollectedNamesMax)}, in which {left.Address}, which nobody wants any more, has work: both go, or neither. Nothing was asked for.") with
            { Command = $"workflow collect {step.Address} {left.Address}" }
            : null;
}
