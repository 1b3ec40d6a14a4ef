using System.Collections.Immutable;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Operations;

/// <summary>What each verb does: a state and an operation in, events and diagnostics out. Pure.</summary>
/// <param name="planner">Knows every step kind.</param>
public sealed partial class OperationRules(Planner planner)
{
    private const string Nothing = "{}";

    /// <summary>False for an operation that comes to the same whatever is recorded of steps: its state need not be made of their events.</summary>
    public static bool LooksAtSteps(Operation operation) => operation is not (Operation.Configure or Operation.Edit or Operation.Discard or Operation.RevertTo);

    /// <summary>What the operation would write down, given the state.</summary>
    public OperationResult Perform(Operation operation, HomeState home) => operation switch
    {
        Operation.CreateSession create => CreateSession(create, home),
        Operation.SwitchSession change => SwitchSession(change, home),
        Operation.RenameSession rename => RenameSession(rename, home),
        Operation.DeleteSession delete => DeleteSession(delete, home),
        Operation.Configure configure => Configure(configure, home),
        Operation.Edit edit => Edit(edit, home),
        _ => InSession(operation, home),
    };

    private OperationResult InSession(Operation operation, HomeState home)
    {
        var name = operation.Session ?? home.ActiveSession;
        if (!home.Sessions.TryGetValue(name, out var session))
        {
            return OperationResult.Refused(operation.Session is null
                ? DiagnosticCatalog.NothingConfigured.Error(null, "This home has no configuration yet.") with { Command = "workflow configure --file FILE" }
                : UnknownSession(name, home));
        }

        return operation switch
        {
            Operation.Commit commit => Commit(commit, session),
            Operation.Discard => Discard(operation, session),
            Operation.RevertTo revert => RevertTo(revert, session),
            Operation.Start start => Start(start, session, home),
            Operation.Stop => Stop(operation, session),
            Operation.Pause pause => Pause(pause, session),
            Operation.Resume resume => Resume(resume, session),
            Operation.Approve approve => Approve(approve, session),
            Operation.Reject reject => Reject(reject, session),
            Operation.Redo redo => Redo(redo, session),
            Operation.Resend resend => Resend(resend, session),
            Operation.Collect collect => Collect(collect, session, home),
            _ => throw new InvalidOperationException($"No such operation: {operation.GetType().Name}."),
        };
    }

    private static OperationResult Configure(Operation.Configure operation, HomeState home)
    {
        var read = ConfigurationReader.Read(operation.Text, operation.FileName);
        return Record(operation, home, read.Canonical, read.Diagnostics, operation.Message ?? $"configured from {operation.FileName}");
    }

    private static OperationResult Edit(Operation.Edit operation, HomeState home)
    {
        var session = home.Sessions.GetValueOrDefault(operation.Session ?? home.ActiveSession);
        var configuration = (session?.Pending ?? session?.Current)?.Configuration ?? Nothing;
        var edited = operation.Kind switch
        {
            EditKind.Add => ConfigurationEditor.Add(configuration, operation.Path, operation.Value!),
            EditKind.Update => ConfigurationEditor.Update(configuration, operation.Path, operation.Value!),
            _ => ConfigurationEditor.Remove(configuration, operation.Path),
        };
        return Record(operation, home, edited.Canonical, edited.Diagnostics, operation.Message ?? $"{operation.Kind.ToString().ToLowerInvariant()} {operation.Path}");
    }

    private static OperationResult Record(Operation operation, HomeState home, string? canonical, ImmutableArray<Diagnostic> diagnostics, string message)
    {
        if (canonical is null || diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error))
        {
            return new() { Diagnostics = diagnostics };
        }

        var name = operation.Session ?? home.ActiveSession;
        if (!home.Sessions.TryGetValue(name, out var session))
        {
            if (operation.Session is not null && operation.Session != HomeState.DefaultSession)
            {
                return OperationResult.Refused(UnknownSession(name, home));
            }

            return new()
            {
                Diagnostics = diagnostics,
                Events = [new SessionCreated(name, operation.By), new RevisionRecorded(name, 1, 0, operation.By, message, canonical)],
                LeavesPending = true,
                Messages = [$"Created session {name}. Revision 1 is pending."],
            };
        }

        var before = session.Pending ?? session.Current;
        if (before?.Configuration == canonical)
        {
            return new() { Diagnostics = diagnostics, Messages = [$"Nothing changed: revision {before.Number} says the same."] };
        }

        if (session.Pending is not null && session.Current?.Configuration == canonical)
        {
            return new() { Diagnostics = diagnostics, Events = [new PendingDiscarded(name, operation.By)], Messages = [$"Back to revision {session.Current.Number}, which is current; nothing is pending."] };
        }

        var number = session.Revisions.Count + 1;
        return new()
        {
            Diagnostics = diagnostics,
            Events = [new RevisionRecorded(name, number, before?.Number ?? 0, operation.By, message, canonical)],
            LeavesPending = true,
            Messages = [$"Revision {number} is pending."],
        };
    }

    private OperationResult Commit(Operation.Commit operation, SessionState session)
    {
        if (session.Pending is not { } pending)
        {
            return operation.Revision is { } gone
                ? OperationResult.Refused(DiagnosticCatalog.PlanIsAnother.Error(null, $"Revision {gone} is not pending any more: somebody else committed or discarded it. Nothing was committed.") with { Command = "workflow configure history" })
                : new() { NothingToDo = true, Messages = [session.Current is null ? "Nothing is configured yet." : $"Nothing is pending; revision {session.Current.Number} is current."] };
        }

        return WhyAnother(operation, session, pending) is { } why
            ? OperationResult.Refused(why)
            : new()
            {
                Events = [new RevisionCommitted(session.Name, pending.Number, operation.By)],
                Messages = [$"Committed revision {pending.Number}."],
            };
    }

    /// <summary>Somebody else edited, or something was done, since the person looked; null when nothing of that is so.</summary>
    private Diagnostic? WhyAnother(Operation.Commit operation, SessionState session, Revision pending)
    {
        if (operation.Revision is { } looked && looked != pending.Number)
        {
            return DiagnosticCatalog.PlanIsAnother.Error(null, $"Revision {pending.Number} is pending now, not {looked}: somebody edited meanwhile. Nothing was committed.") with { Command = "workflow plan --pending" };
        }

        if (operation.Plan is not { } named)
        {
            return null;
        }

        var observed = operation.Seen.ToDictionary(seen => seen.Step, seen => new Observation(seen.Destroys, seen.Unseen));
        var hash = planner.Plan(Desired.Of(planner, ConfigurationReader.ReadCanonical(pending.Configuration).Config!, session, run: 0), session.Recorded(), observed).Plan.Hash;
        return hash.Hex == named
            ? null
            : DiagnosticCatalog.PlanIsAnother.Error(null, $"The plan is {hash.Short} now: something changed since it was looked at. Nothing was committed.") with { Command = "workflow plan --pending" };
    }

    private static OperationResult Discard(Operation operation, SessionState session) => session.Pending is { } pending
        ? new() { Events = [new PendingDiscarded(session.Name, operation.By)], Messages = [$"Discarded revision {pending.Number}; it stays in the history."] }
        : new() { NothingToDo = true, Messages = ["Nothing is pending."] };

    private static OperationResult RevertTo(Operation.RevertTo operation, SessionState session)
    {
        if (session.Revisions.FirstOrDefault(revision => revision.Number == operation.Revision) is not { } old)
        {
            return OperationResult.Refused(DiagnosticCatalog.UnknownRevision.Error(null, $"There is no revision {operation.Revision}; there are 1 to {session.Revisions.Count}.") with { Command = "workflow configure history" });
        }

        var before = session.Pending ?? session.Current;
        return before?.Configuration == old.Configuration
            ? new() { Messages = [$"Nothing changed: revision {before.Number} says the same as revision {old.Number}."] }
            : new()
            {
                Events = [new RevisionRecorded(session.Name, session.Revisions.Count + 1, before?.Number ?? 0, operation.By, $"revert to revision {old.Number}", old.Configuration)],
                LeavesPending = true,
                Messages = [$"Revision {session.Revisions.Count + 1}, which says what revision {old.Number} said, is pending."],
            };
    }
}
