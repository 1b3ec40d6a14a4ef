using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Operations;

/// <content>The verbs about runs.</content>
public sealed partial class OperationRules
{
    private OperationResult Start(Operation.Start operation, SessionState session, HomeState home)
    {
        if (session.Current is not { } current)
        {
            return OperationResult.Refused(NothingCommitted(session));
        }

        var config = ConfigurationReader.ReadCanonical(current.Configuration).Config!;
        var observed = operation.Seen.ToDictionary(seen => seen.Step, seen => new Observation(seen.Destroys, seen.Unseen));
        var desired = Desired.Of(planner, config, session, run: 0);
        var (plan, diagnostics) = planner.Plan(desired, session.Recorded(), observed);
        if (PlanName.WhyNot(plan, operation.Plan, "Nothing was started.", "workflow plan") is { } another)
        {
            return OperationResult.Refused(another);
        }

        if (diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error))
        {
            return new() { Diagnostics = WayOut.Of(diagnostics, session, current) };
        }

        if (session.ActiveRun is { } run && run.Revision == current.Number && !session.IsAskedSince(run) && !session.Steps.Values.Any(step => step.Failure is not null && step.RetryAt is null && step.Run == run.Number))
        {
            var held = session.Pauses.Count > 0 ? $" {session.Pauses.Count} {(session.Pauses.Count == 1 ? "pause is" : "pauses are")} in force: workflow resume." : "";
            return new() { Diagnostics = diagnostics, Run = run.Number, Messages = [$"Run {run.Number} is under way already.{held}"] };
        }

        // Under a run of another configuration even an empty plan does something: it stops what is no longer wanted. And so it does where
        // something is to be put back, which is tried once in each run.
        if (plan.IsEmpty && session.ActiveRun is null && session.SetAside.Count == 0)
        {
            return new()
            {
                Diagnostics = diagnostics,
                NothingToDo = true,

                // No run comes that would find out that a change which was looked at is not wanted any more.
                Events = [.. session.Steps.Values
                    .Where(step => step is { Proposal: not null, State: not StepState.Reverting, IsClaimed: false, Workload: null })
                    .Select(step => new ProposalDropped(session.Name, session.Runs.Count, step.Address))],
                Messages = [plan.Changes.IsEmpty ? "The configuration wants no steps yet." : $"Nothing to do: all {plan.Steps.Count} steps are complete."],
            };
        }

        if ((Consent.WhyStandstill(desired, session, "Nothing was started.") ?? Consent.WhyNot(plan, operation) ?? Consent.WhyClaimed(plan, config, session, home, planner, "Nothing was started.")) is { } refusal)
        {
            return OperationResult.Refused(refusal);
        }

        var number = session.Runs.Count + 1;
        return new()
        {
            Diagnostics = diagnostics,
            Run = number,
            Events = [new RunStarted(session.Name, number, current.Number, plan.Hash, operation.By) { Clusters = operation.Clusters }],
            Messages = [$"Started run {number}: plan {plan.Hash.Short}, revision {current.Number}."],
        };
    }

    private static Diagnostic NothingCommitted(SessionState session) => session.Pending is null
        ? DiagnosticCatalog.NothingConfigured.Error(null, $"Session '{session.Name}' has no configuration yet.") with { Command = "workflow configure --file FILE" }
        : DiagnosticCatalog.NothingCommitted.Error(null, $"Revision {session.Pending.Number} is pending; a start carries out what is committed.") with { Command = "workflow configure commit" };

    private static OperationResult Stop(Operation operation, SessionState session) => session.ActiveRun is { } run
        ? new()
        {
            Run = run.Number,
            Events = [new RunEnded(session.Name, run.Number, RunOutcome.Stopped, operation.By)],
            Messages = [$"Stopped run {run.Number}. What is under way finishes its batch and keeps its position; workflow start goes on."],
        }
        : AtWork.Of(session) is { Length: > 0 } ending
            ? new() { Messages = [$"No run is under way; {AtWork.Words(ending)} {(ending.Length == 1 ? "is" : "are")} still ending: workflow status"] }
            : new() { NothingToDo = true, Messages = ["Nothing is running."] };

    private OperationResult Pause(Operation.Pause operation, SessionState session)
    {
        var patterns = operation.Patterns.Select(pattern => new AddressPattern(pattern).Text).ToImmutableArray();
        var unknown = UnknownPatterns(patterns, session);
        return unknown.IsEmpty
            ? new()
            {
                Events = [.. patterns.Select(pattern => new Paused(session.Name, pattern, operation.By))],
                Messages = [.. patterns.Select(pattern => $"Paused {(pattern == "*" ? "everything" : pattern)}. What is under way finishes its batch and keeps its position; workflow resume goes on.")],
            }
            : OperationResult.Refused(unknown);
    }

    private static OperationResult Resume(Operation.Resume operation, SessionState session)
    {
        if (session.Pauses.Count == 0)
        {
            return new() { NothingToDo = true, Messages = ["Nothing is paused."] };
        }

        var known = session.Pauses.Select(pause => pause.Pattern).ToArray();
        var patterns = operation.Patterns.Select(pattern => new AddressPattern(pattern).Text).ToImmutableArray();
        var unknown = patterns.Where(pattern => pattern != "*" && !known.Contains(pattern)).ToArray();
        return unknown.Length > 0
            ? OperationResult.Refused(DiagnosticCatalog.NoSuchStep.Error(null, $"'{unknown[0]}' was not paused; paused is {string.Join(", ", known)}.") with { Command = "workflow status" })
            : new()
            {
                Events = [.. patterns.Select(pattern => new Resumed(session.Name, pattern, operation.By))],
                Messages = [.. patterns.Select(pattern => $"Resumed {(pattern == "*" ? "everything" : pattern)}.")],
            };
    }

    private ImmutableArray<Diagnostic> UnknownPatterns(ImmutableArray<string> patterns, SessionState session)
    {
        var configuration = session.Current ?? session.Pending;
        var wanted = configuration is null ? [] : Desired.Of(planner, ConfigurationReader.ReadCanonical(configuration.Configuration).Config!, session, run: 0);
        return
        [
            .. patterns
                .Where(pattern => !wanted.Any(step => new AddressPattern(pattern).Matches(step.Address)))
                .Select(pattern => DiagnosticCatalog.NoSuchStep.Error(null, $"'{pattern}' selects none of the {wanted.Length} steps.") with
                {
                    DidYouMean = DidYouMean.Among(new AddressPattern(pattern).Text, wanted.Select(step => step.Address.ToString())),
                    Command = "workflow status",
                }),
        ];
    }
}
