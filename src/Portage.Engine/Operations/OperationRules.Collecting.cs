using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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

    private OperationResult Collect(Operation.Collect operation, SessionState session, HomeState home)
    {
        if (session.Current is not { } current)
        {
            return OperationResult.Refused(NothingCommitted(session));
        }

        var steps = planner.Wanted(ConfigurationReader.ReadCanonical(current.Configuration).Config!);
        return operation.IsWanted ? Collect(operation, session, steps, new(planner, home, session, steps)) : CancelCollect(operation, session, steps);
    }

    private static OperationResult Collect(Operation.Collect operation, SessionState session, ImmutableArray<WantedStep> steps, Collecting collecting)
    {
        if (!Select(operation, steps, [.. collecting.Left, .. collecting.Parts.Keys], out var named, out var none))
        {
            return OperationResult.Refused(none);
        }

        if (collecting.WhyNot(named) is { } kept)
        {
            return OperationResult.Refused(kept.Describe());
        }

        // What is said is what the next start will want, and no rule of its own.
        var what = collecting.With(named);
        var going = collecting.Going(what);
        var (events, answers) = (ImmutableArray.CreateBuilder<LedgerEvent>(), ImmutableArray.CreateBuilder<string>());
        foreach (var had in collecting.InOrder(what).Select(step => session.Steps[step]))
        {
            var step = had.Address;
            if (what.Whole.Contains(step))
            {
                if (had.LeavesBy is null)
                {
                    events.Add(new CollectAsked(session.Name, session.Runs.Count, step, operation.By, true));
                    answers.Add($"The next start takes back what {step} made{(going.StaysOf(step) is { IsEmpty: false } but ? $", but for {NamesText.Of(but, CollectedNamesMax)}, which other work has by now" : "")}.");
                }

                continue;
            }

            ImmutableArray<string> items = [.. going.InPartOf(step).Order(StringComparer.Ordinal)];
            if (had.LeavingItems is not { } asked || !asked.Items.SequenceEqual(items, StringComparer.Ordinal))
            {
                string[] stays = [.. collecting.Parts[step].Left.Except(items, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
                events.Add(new CollectAsked(session.Name, session.Runs.Count, step, operation.By, true) { Items = items });
                answers.Add($"The next start takes back what {step} made of {NamesText.Of(items, CollectedNamesMax)}{(stays.Length == 0 ? "" : $", but not of {NamesText.Of(stays, CollectedNamesMax)}, which other work has by now")}.");
            }
        }

        return Asked(true, events.ToImmutable(), answers.ToImmutable());
    }

    /// <summary>The steps that were named.</summary>
    /// <param name="left">Those of which there is something to name.</param>
    /// <returns>False, with why, where a pattern selects none of them.</returns>
    private static bool Select(Operation.Collect operation, ImmutableArray<WantedStep> steps, HashSet<StepAddress> left, out HashSet<StepAddress> named, [NotNullWhen(false)] out Diagnostic? none)
    {
        (named, none) = ([], null);
        foreach (var pattern in operation.Patterns.Select(pattern => new AddressPattern(pattern)))
        {
            var selected = left.Where(pattern.Matches).ToArray();
            if (selected.Length == 0)
            {
                none = NothingLeft(pattern, steps, left);
                return false;
            }

            named.UnionWith(selected);
        }

        return true;
    }

    private static Diagnostic NothingLeft(AddressPattern pattern, ImmutableArray<WantedStep> wanted, HashSet<StepAddress> left)
    {
        if (wanted.FirstOrDefault(step => pattern.Matches(step.Address))?.Address is { } one)
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
