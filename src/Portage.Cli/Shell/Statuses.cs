using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Status;
using Portage.Steps;

namespace Portage.Cli.Shell;

/// <summary>Makes status reports from what this machine knows.</summary>
internal static class Statuses
{
    public static StatusReport Of(Verb verb, HomeState home, SessionState session)
    {
        var controller = verb.Access.FindController();
        var troubles = new TroubleFile(verb.Home).Read(controller);
        return new StatusBuilder(StepCatalog.Planner) { Places = AtWork.Places(home, StepCatalog.Planner), Processors = Environment.ProcessorCount }.Of(
            session,
            controller?.Process,
            step => SightOf(step),
            verb.Time.GetUtcNow());

        StepSight SightOf(StepRecord step)
        {
            var folder = step.Inputs is { } inputs ? new WorkFolder(verb.Home.WorkOf(session.Name, step.Address, inputs.Fingerprints.Identity)) : null;
            var trouble = troubles.FirstOrDefault(trouble => trouble.Session == session.Name && trouble.Step == step.Address);
            return folder is null ? StepSight.None : folder.Sight(trouble);
        }
    }
}
