using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <content>Doing anew what is done.</content>
public sealed partial class OperationRules
{
    private OperationResult Redo(Operation.Redo operation, SessionState session)
    {
        if (WhyNotAsked(operation.Patterns, session) is { IsEmpty: false } why)
        {
            return OperationResult.Refused(why);
        }

        var wanted = planner.Wanted(ConfigurationReader.ReadCanonical(session.Current!.Configuration).Config!);
        var chosen = new HashSet<StepAddress>();
        foreach (var pattern in operation.Patterns.Select(pattern => new AddressPattern(pattern)))
        {
            var (named, done) = Select(pattern, operation, wanted, session);
            if (done.IsEmpty)
            {
                return OperationResult.Refused(NothingDone(pattern, named, operation));
            }

            chosen.UnionWith(done);
        }

        var steps = wanted
            .Select(step => step.Address)
            .Where(step => chosen.Contains(step) && session.Steps[step].AskedBy is not null != operation.IsWanted)
            .ToArray();
        return Asked(
            operation.IsWanted,
            [.. steps.Select(step => new RedoAsked(session.Name, session.Runs.Count, step, operation.By, operation.IsWanted))],
            [.. steps.Select(step => Answer(step, session.Steps[step], operation.IsWanted))]);
    }

    /// <summary>Why nothing can be asked of the next start for these steps; empty where it can.</summary>
    private ImmutableArray<Diagnostic> WhyNotAsked(ImmutableArray<string> patterns, SessionState session) =>
        session.Current is null ? [NothingCommitted(session)] : UnknownPatterns(patterns, session);

    /// <summary>What comes of asking the next start for something, or of taking that back.</summary>
    /// <param name="answers">One for each step that is concerned; none where nothing changes.</param>
    private static OperationResult Asked(bool isWanted, ImmutableArray<LedgerEvent> events, ImmutableArray<string> answers) => answers.IsEmpty
        ? new() { NothingToDo = true, Messages = [isWanted ? "All of it is asked for already: workflow plan" : "None of it was asked for."] }
        : new() { Events = events, Messages = answers };

    private static string Answer(StepAddress step, StepRecord had, bool isWanted) =>
        isWanted ? $"The next start does {step} anew."
        : had.State == StepState.Reverting ? $"{step} is being taken back already: the next start goes on with that, and does it anew."
        : $"The next start does not do {step} anew.";

    private static (ImmutableArray<StepAddress> Named, ImmutableArray<StepAddress> Done) Select(AddressPattern pattern, Operation.Redo operation, ImmutableArray<WantedStep> wanted, SessionState session)
    {
        ImmutableArray<StepAddress> named = [.. wanted.Select(step => step.Address).Where(step => (operation.Kind is null || step.Kind == operation.Kind) && pattern.Matches(step))];
        return (named, [.. named.Where(step => session.Steps.GetValueOrDefault(step) is { HasEffects: true })]);
    }

    private static Diagnostic NothingDone(AddressPattern pattern, ImmutableArray<StepAddress> named, Operation.Redo operation) => DiagnosticCatalog.NoSuchStep.Error(null, named switch
    {
        [] => $"'{pattern}' selects steps, but no {operation.Kind!.Value.ToString().ToLowerInvariant()}.",
        [var one] => $"{one} is not done yet: there is nothing to do anew.",
        _ => $"None of the {named.Length} steps that '{pattern}' selects is done yet: there is nothing to do anew.",
    }) with
    { Command = "workflow status" };
}
