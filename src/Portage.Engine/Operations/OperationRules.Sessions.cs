using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Operations;

/// <content>The verbs about sessions.</content>
public sealed partial class OperationRules
{
    private static OperationResult CreateSession(Operation.CreateSession operation, HomeState home)
    {
        if (WhyNotNamed(operation.Name, home) is { } why)
        {
            return OperationResult.Refused(why);
        }

        var events = new List<LedgerEvent> { new SessionCreated(operation.Name, operation.By), new SessionSwitched(operation.Name, operation.By) };
        if (operation.From is { } from)
        {
            if (!home.Sessions.TryGetValue(from, out var source))
            {
                return OperationResult.Refused(UnknownSession(from, home));
            }

            if ((source.Pending ?? source.Current) is { } revision)
            {
                events.Add(new RevisionRecorded(operation.Name, 1, 0, operation.By, $"copied from session {from}, revision {revision.Number}", revision.Configuration));
            }
        }

        return new() { Events = [.. events], Messages = [$"Created session {operation.Name} and switched to it."] };
    }

    private static OperationResult SwitchSession(Operation.SwitchSession operation, HomeState home)
    {
        if (!home.Sessions.ContainsKey(operation.Name))
        {
            return OperationResult.Refused(UnknownSession(operation.Name, home));
        }

        return home.ActiveSession == operation.Name
            ? new() { Messages = [$"Session {operation.Name} is active already."] }
            : new() { Events = [new SessionSwitched(operation.Name, operation.By)], Messages = [$"Switched to session {operation.Name}."] };
    }

    private static OperationResult RenameSession(Operation.RenameSession operation, HomeState home)
    {
        if (!home.Sessions.TryGetValue(operation.Name, out var session))
        {
            return OperationResult.Refused(UnknownSession(operation.Name, home));
        }

        if (operation.Name == operation.To)
        {
            return new() { NothingToDo = true, Messages = [$"Session {operation.Name} has that name already."] };
        }

        return (WhyNotNamed(operation.To, home) ?? WhyNotIdle(session) ?? WhyNotRenamed(session)) is { } why
            ? OperationResult.Refused(why)
            : new() { Events = [new SessionRenamed(operation.Name, operation.To, operation.By)], Messages = [$"Session {operation.Name} is {operation.To} from now on."] };
    }

    private OperationResult DeleteSession(Operation.DeleteSession operation, HomeState home)
    {
        if (!home.Sessions.TryGetValue(operation.Name, out var session))
        {
            return OperationResult.Refused(UnknownSession(operation.Name, home));
        }

        if (WhyNotIdle(session) is { } why)
        {
            return OperationResult.Refused(why);
        }

        var left = session.Steps.Values.Where(step => LeavesWork(session, step)).Select(step => step.Address.ToString()).Order(StringComparer.Ordinal).ToArray();
        if (left.Length > 0 && !operation.Force)
        {
            return OperationResult.Refused(DiagnosticCatalog.SessionRefused.Error(null, $"Session '{operation.Name}' has left its work on clusters ({left.Length} {(left.Length == 1 ? "step" : "steps")}, as {left[0]}); deleting it leaves that there.{(session.SetAside.Count > 0 ? $" What {AtWork.Words([.. session.SetAside.OrderBy(step => step.ToString(), StringComparer.Ordinal)])} had set aside on a target, as a final pipeline, is not put back either, and nobody would know of it: workflow --session {operation.Name} start puts it back." : "")}") with { Command = $"workflow session delete {operation.Name} --force" });
        }

        return new() { Events = [new SessionDeleted(operation.Name, operation.By)], Messages = [$"Deleted session {operation.Name}."] };
    }

    private static Diagnostic? WhyNotNamed(string name, HomeState home) => !StepAddress.IsName(name)
        ? DiagnosticCatalog.SessionRefused.Error(null, $"'{name}' is no session name: 1 to 63 letters, digits, '.', '_' and '-', beginning with a letter or digit.")
        : home.Sessions.ContainsKey(name)
            ? DiagnosticCatalog.SessionRefused.Error(null, $"Session '{name}' exists already.") with { Command = $"workflow session switch {name}" }
            : null;

    private static Diagnostic? WhyNotIdle(SessionState session)
    {
        if (session.ActiveRun is { } run)
        {
            return DiagnosticCatalog.SessionRefused.Error(null, $"Run {run.Number} of session '{session.Name}' is under way.") with { Command = $"workflow --session {session.Name} stop" };
        }

        return AtWork.Of(session) is { Length: > 0 } ending
            ? DiagnosticCatalog.SessionRefused.Error(null, $"The work of session '{session.Name}' is still ending ({AtWork.Words(ending)}); until it has, it may write. Try again when it has; where no controller runs, workflow --session {session.Name} stop begins one for that.") with { Command = $"workflow --session {session.Name} status" }
            : null;
    }

    /// <summary>A snapshot that was taken is found on the source by the session's name: by another one it would be neither gone on with nor deleted.</summary>
    private static Diagnostic? WhyNotRenamed(SessionState session)
    {
        var taken = session.Steps.Values
            .Where(step => step.HasEffects && IsTaken(session, step))
            .Select(step => step.Address.ToString())
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return taken is null
            ? null
            : DiagnosticCatalog.SessionRefused.Error(null, $"{taken} took a snapshot that is called after session '{session.Name}', and would not be found by another name.") with { Command = $"workflow session copy {session.Name} NAME" };
    }

    /// <summary>A comparison only looks, and a snapshot that was brought is not ours: neither is left behind.</summary>
    private bool LeavesWork(SessionState session, StepRecord step) => step.HasEffects && (planner.WritesToTarget(step.Address.Kind) || IsTaken(session, step));

    private static bool IsTaken(SessionState session, StepRecord step) =>
        step is { ConfiguredBy: > 0, Address: { Kind: StepKind.Snapshot, Part: not null } }
        && ConfigurationReader.ReadCanonical(session.ConfigurationOf(step.ConfiguredBy)).Config!.Migrations.GetValueOrDefault(step.Address.Source)?.Snapshots.GetValueOrDefault(step.Address.Part!)?.Take is not null;

    private static Diagnostic UnknownSession(string name, HomeState home) =>
        DiagnosticCatalog.UnknownSession.Error(null, home.Sessions.Count == 0
            ? $"There is no session '{name}', nor any other."
            : $"There is no session '{name}'; there is {string.Join(", ", home.Sessions.Keys.Order(StringComparer.Ordinal))}.") with
        {
            DidYouMean = DidYouMean.Among(name, home.Sessions.Keys),
            Command = "workflow session list",
        };
}
