using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning.Destroying;

namespace Portage.Engine.Operations;

/// <content>Sending again what was rejected.</content>
public sealed partial class OperationRules
{
    private OperationResult Resend(Operation.Resend operation, SessionState session)
    {
        if (WhyNotAsked(operation.Patterns, session) is { IsEmpty: false } why)
        {
            return OperationResult.Refused(why);
        }

        var patterns = operation.Patterns.Select(pattern => new AddressPattern(pattern)).ToArray();
        StepAddress[] named = [.. planner.Wanted(ConfigurationReader.ReadCanonical(session.Current!.Configuration).Config!)
            .Select(step => step.Address)
            .Where(step => step.Kind == StepKind.Backfill && patterns.Any(pattern => pattern.Matches(step)))];
        if (named.Length == 0)
        {
            return OperationResult.Refused(DiagnosticCatalog.NoSuchStep.Error(null, $"{string.Join(", ", operation.Patterns)} selects steps, but no backfill.") with { Command = "workflow rejected" });
        }

        var steps = named.Where(step => operation.IsWanted
            ? session.Steps.GetValueOrDefault(step) is { HasEffects: true } had && had.RejectedCount != 0
            : session.Steps.GetValueOrDefault(step) is { ResendBy: not null }).ToArray();
        if (steps.Length == 0 && operation.IsWanted)
        {
            return new() { NothingToDo = true, Messages = ["No document is rejected: there is nothing to send again."] };
        }

        steps = [.. steps.Where(step => session.Steps[step].ResendBy is not null != operation.IsWanted)];
        return Asked(
            operation.IsWanted,
            [.. steps.Select(step => new ResendAsked(session.Name, session.Runs.Count, step, operation.By, operation.IsWanted))],
            [.. steps.Select(step => operation.IsWanted
                ? $"The next start sends again what {step} could not write{(session.Steps[step].RejectedCount is { } count ? $": {DestructionText.Count(count, "document")}" : "")}."
                : $"The next start does not send again what {step} could not write.")]);
    }
}
