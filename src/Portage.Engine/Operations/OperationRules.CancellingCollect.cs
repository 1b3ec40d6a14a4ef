using System.Collections.Immutable;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Verdicts;

namespace Portage.Engine.Operations;

/// <content>Thinking better of having something taken back.</content>
public sealed partial class OperationRules
{
    private OperationResult CancelCollect(Operation.Collect operation, SessionState session, ImmutableArray<WantedStep> steps)
    {
        // What is wanted again may be asked for still, and that can be forgotten.
        var grounds = new GoingGrounds(planner, session, steps);
        if (!Select(operation, steps, [.. grounds.Left, .. session.Leaving, .. session.LeavingInPart], out var named, out var none))
        {
            return OperationResult.Refused(none);
        }

        // What something that stays was begun on stays too.
        var begun = BegunSteps.Of(planner, session, grounds.Left.Union(session.Leaving).ToHashSet()).ToArray();
        foreach (var step in begun.Reverse().Concat(steps.Reverse()).Where(step => named.Contains(step.Address)))
        {
            named.UnionWith(step.Edges.Select(edge => edge.Upstream).Where(upstream => session.Leaving.Contains(upstream) || session.LeavingInPart.Contains(upstream)));
        }

        (StepRecord Had, ImmutableArray<string>? Items)[] asked =
        [
            .. begun.Select(step => session.Steps[step.Address]).Where(step => named.Contains(step.Address) && step.LeavesBy is not null).Select(step => (step, default(ImmutableArray<string>?))),
            .. session.LeavingInPart.Where(named.Contains).OrderBy(step => step.Kind).ThenBy(step => step.ToString(), StringComparer.Ordinal).Select(step => (session.Steps[step], (ImmutableArray<string>?)session.Steps[step].LeavingItems!.Items)),
        ];
        return Asked(
            false,
            [.. asked.Where(one => !IsGoing(one.Had)).Select(one => new CollectAsked(session.Name, session.Runs.Count, one.Had.Address, operation.By, false) { Items = one.Items })],
            [.. asked.Select(one => AnswerCancel(one.Had, one.Items)), .. asked.Length == 0 ? [] : WhatBecomesOf(grounds, steps, begun, [.. asked.Select(one => one.Had.Address)], [.. asked.Where(one => !IsGoing(one.Had)).Select(one => one.Had.Address)])]);
    }

    /// <summary>Half of it may be gone: nobody can have it left as it is any more.</summary>
    private static bool IsGoing(StepRecord step) => step.State == StepState.Reverting;

    private static string AnswerCancel(StepRecord had, ImmutableArray<string>? items) => IsGoing(had)
        ? $"{had.Address} is being taken back already: that goes on, with the next start where no run is under way."
        : $"What {had.Address} made{(items is { } some ? $" of {NamesText.Of(some, CollectedNamesMax)}" : "")} is left as it is.";

    /// <summary>What was asked for besides: what stood on it, and still goes; and what stays now with what stays. Whoever takes back the one may have meant the other too.</summary>
    private static IEnumerable<string> WhatBecomesOf(GoingGrounds grounds, ImmutableArray<WantedStep> steps, WantedStep[] begun, HashSet<StepAddress> answered, HashSet<StepAddress> forgotten)
    {
        var session = grounds.Session;
        ImmutableArray<StepAddress> whole = [.. session.Leaving.Except(forgotten)];
        var before = new Going(grounds, session.Leaving, Going.AskedInPart(session, steps, run: 0));
        var after = new Going(grounds, whole, Going.AskedInPart(session, steps, run: 0).Where(step => !forgotten.Contains(step.Key)));

        var onThem = begun.Where(step => after.Whole.Contains(step.Address) && step.Edges.Any(edge => forgotten.Contains(edge.Upstream))).Select(step => session.Steps[step.Address]).ToLookup(IsGoing);

        // What is being taken back nobody can cancel; where it was named, that has been said.
        foreach (var had in onThem[true].Where(had => !answered.Contains(had.Address)))
        {
            yield return AnswerCancel(had, items: null);
        }

        if (onThem[false].Select(had => had.Address.ToString()).ToArray() is { Length: > 0 } still)
        {
            yield return $"The next start still takes back what {string.Join(" and ", still)} made: workflow collect {string.Join(' ', still)} --cancel";
        }

        foreach (var wish in Wishes.Of(steps, session, after, whole).Where(wish => !forgotten.Contains(wish.Step)))
        {
            if (wish.Items.IsEmpty ? before.Whole.Contains(wish.Step) : wish.Items.Any(item => before.Goes(wish.Step, item)))
            {
                yield return wish.Text;
            }
        }
    }
}
