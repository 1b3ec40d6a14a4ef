using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Operations;

/// <content>The verbs about reviews.</content>
public sealed partial class OperationRules
{
    private OperationResult Approve(Operation.Approve operation, SessionState session)
    {
        // Derived once for all of them, and only where it is asked for.
        var wanted = new Lazy<HashSet<StepAddress>>(() => [.. planner.Wanted(ConfigurationReader.ReadCanonical(session.Current!.Configuration).Config!).Select(step => step.Address)]);
        return Decide(
            operation.Steps,
            session,
            (run, step, reviewed) => (WhyWanted(session, run, step, wanted) ?? WhyNot(step, reviewed)) is { } why
                ? ([], why)
                : (Approved(operation, session, run, step, reviewed), null),
            "Approved");
    }

    private static OperationResult Reject(Operation.Reject operation, SessionState session) =>
        Decide(operation.Steps, session, (run, step, _) => ([new GateRejected(session.Name, run.Number, step.Address, operation.By, operation.Comment, step.OpenReview!.Evidence)], null), "Rejected");

    private static OperationResult Decide(ImmutableArray<Reviewed> reviewed, SessionState session, Func<RunRecord, StepRecord, Reviewed, (ImmutableArray<LedgerEvent> Events, Diagnostic? Why)> decide, string word)
    {
        if (session.ActiveRun is not { } run)
        {
            return OperationResult.Refused(DiagnosticCatalog.NothingRuns.Error(null, $"Session '{session.Name}' has no run under way.") with { Command = "workflow start" });
        }

        var events = new List<LedgerEvent>();
        var messages = new List<string>();
        foreach (var one in reviewed)
        {
            if (session.Steps.GetValueOrDefault(one.Step) is not { OpenReview: { } review } step)
            {
                return OperationResult.Refused(DiagnosticCatalog.NothingToApprove.Error(null, $"{one.Step} does not wait for approval.") with { Command = "workflow approve --list" });
            }

            if (review.Evidence != one.Evidence)
            {
                return OperationResult.Refused(DiagnosticCatalog.EvidenceChanged.Error(null, $"{one.Step} was evaluated again since its evidence was shown; nothing was decided.") with { Command = "workflow approve" });
            }

            var (decided, why) = decide(run, step, one);
            if (why is not null)
            {
                return OperationResult.Refused(why);
            }

            events.AddRange(decided);
            messages.Add($"{word} {one.Step}.");
        }

        return new() { Run = run.Number, Events = [.. events], Messages = [.. messages], NothingToDo = events.Count == 0 };
    }

    /// <summary>Why what a run would take back is not to go any more: what was committed since wants it again, and only the next start knows of that. Null otherwise.</summary>
    private static Diagnostic? WhyWanted(SessionState session, RunRecord run, StepRecord step, Lazy<HashSet<StepAddress>> wanted) =>
        step.Proposal is { Leaves: true, Review: not null } && session.Current is { } current && current.Number != run.Revision && wanted.Value.Contains(step.Address)
            ? DiagnosticCatalog.DestructionChanged.Error(null, $"Run {run.Number} carries out revision {run.Revision}; revision {current.Number}, which was committed since, wants {step.Address} again. {NothingDecided}") with { Command = "workflow start" }
            : null;

    /// <summary>Why an approval is not for what is there now; null when it is, or nobody looked.</summary>
    private static Diagnostic? WhyNot(StepRecord step, Reviewed reviewed)
    {
        var shown = step.Reviewed?.Destroys ?? [];
        if (!shown.IsEmpty && reviewed.Unseen is { } unseen)
        {
            return DiagnosticCatalog.DestructionUnseen.Error(null, $"What {step.Address} would destroy could not be looked at: {unseen} {NothingDecided}") with { Command = "workflow configure validate --probe" };
        }

        if (reviewed.Now is not { } now)
        {
            return null;
        }

        var (look, digest) = (new Relook(step.Address, shown, now, null), Relook.DigestOf(reviewed.Evidence, now));
        return reviewed.Named is { } given
            ? Relook.IsNamed(digest, given) ? null : DiagnosticCatalog.EvidenceChanged.Error(null, $"The evidence of {step.Address} is {digest.Short} now, not {given}: something changed since it was shown. {NothingDecided}") with { Command = "workflow approve --list" }
            : look.HasChanged
                ? DiagnosticCatalog.DestructionChanged.Error(null, $"Since the review of {step.Address} opened: {string.Join("; ", look.Changes)}. Whoever wants that names what is there now. {NothingDecided}") with { Command = $"workflow approve {step.Address} --evidence {digest.Short}" }
                : null;
    }

    /// <summary>Where the numbers are others than when the review opened, the ledger tells what was approved.</summary>
    private static ImmutableArray<LedgerEvent> Approved(Operation.Approve operation, SessionState session, RunRecord run, StepRecord step, Reviewed reviewed)
    {
        var shown = step.Reviewed!;
        var isAnother = reviewed.Now is { } now && new Relook(step.Address, shown.Destroys, now, null).HasChanged;
        var evidence = isAnother ? shown with { Destroys = reviewed.Now!.Value } : shown;
        return
        [
            .. isAnother ? (ImmutableArray<LedgerEvent>)[new StepEvaluated(session.Name, run.Number, step.Address, step.Attempt, evidence)] : [],
            new GatePassed(session.Name, run.Number, step.Address, operation.By, operation.Comment, evidence.Digest, run.Plan),
        ];
    }

    private const string NothingDecided = "Nothing was decided.";
}
