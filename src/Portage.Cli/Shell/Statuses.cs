using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Status;
using Portage.Steps;

namespace Portage.Cli.Shell;

/// <summary>Makes status reports from what this machine knows.</summary>
internal static class Statuses
{
    public static StatusReport Of(Verb verb, SessionState session) => new StatusBuilder(StepCatalog.Planner).Of(
        session,
        verb.Access.FindController()?.Process,
        step => step.Inputs is { } inputs ? new WorkFolder(verb.Home.WorkOf(session.Name, step.Address, inputs.Fingerprints.Identity)).Progress : null,
        verb.Time.GetUtcNow());
}
