using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Engine.Operations;
using Portage.Planning;
using Portage.Steps.Connecting;

namespace Portage.Cli.Commands;

/// <summary><c>workflow start</c>: carry out the plan, here in the background.</summary>
internal static class StartCommand
{
    public static Command Make(Terminal terminal)
    {
        var plan = new Option<string?>("--plan") { Description = "Start only if the plan is still this one: its hash as workflow plan shows it.", HelpName = "HASH" };
        var attach = new Option<bool>("--attach") { Description = "Follow the run: exit code 0 when it is done, 1 when it failed, 3 when it waits for a person, for an approval or a resume." };
        var command = new Command("start", "Start the plan of the committed configuration, and leave it running. Started again, it goes on where it was.") { plan, attach };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(verb, verb.Parsed.GetValue(plan), null, verb.Parsed.GetValue(attach), cancellationToken), Shape.Operation, Shape.Status);
        return command;
    }

    /// <param name="plan">How the command line names the plan; null where it does not.</param>
    /// <param name="shown">The plan that was just shown, or looked at: another one is not started, and nobody is asked about it. Null where none was.</param>
    public static async Task<int> RunAsync(Verb verb, string? plan, Plan? shown, bool attach, CancellationToken cancellationToken)
    {
        var start = new Operation.Start(plan) { By = Verb.Author, Session = verb.SessionName };
        var state = await verb.Access.ReadAsync(cancellationToken);
        var name = verb.SessionName ?? state.ActiveSession;
        var runs = state.Sessions.GetValueOrDefault(name)?.Runs.Count ?? 0;
        if (state.Sessions.GetValueOrDefault(name) is { Current: { } current } session)
        {
            // What is there now is seen first, and handed over with the plan that was made of it.
            var report = await PlanCommand.MakeAsync(verb, state, session, current, withSizes: false, cancellationToken);
            if (shown is not null && PlanName.WhyNot(report.Plan, shown.Hash.Hex, "Nothing was started.", "workflow plan") is { } another)
            {
                verb.Say(another with { Detail = $"The plan is {report.Plan.Hash.Short} now, not {shown.Hash.Short}: something changed since it was shown. Nothing was started." });
                return ExitCode.BadInput;
            }

            var (goesOn, named) = session.ActiveRun is { } run && run.Revision == current.Number && !session.IsAskedSince(run) ? (true, plan) : await Consent.AskAsync(verb, report, plan, cancellationToken);
            if (!goesOn)
            {
                return ExitCode.BadInput;
            }

            // Of the plan that was shown, and not of one that somebody made it meanwhile.
            start = start with { Plan = named ?? (shown is { IsDestructive: false } ? shown.Hash.Hex : null), Seen = report.Seen, Clusters = await ClusterIds.OfTargetsAsync(report.Config, verb.Secrets, verb.Time, cancellationToken) };
        }

        var result = await verb.PerformAsync(start, cancellationToken);
        if (result.HasFailed)
        {
            return ExitCode.BadInput;
        }

        (var isDone, result) = await verb.EnsureControllerAsync(start, result, started: result.Run > runs ? name : null, cancellationToken);
        if (!isDone)
        {
            return ExitCode.Failed;
        }

        if (result.NothingToDo)
        {
            WriteStructured(verb, result);
            return ExitCode.Done;
        }

        if (attach)
        {
            return await Attachment.FollowAsync(verb, result.Run!.Value, cancellationToken);
        }

        WriteStructured(verb, result);
        if (verb.Output == OutputFormat.Text)
        {
            await verb.Terminal.Out.WriteLineAsync("It runs in the background. Follow it: workflow status --watch");
        }

        return ExitCode.Done;
    }

    private static void WriteStructured(Verb verb, OperationResult result)
    {
        if (verb.Output != OutputFormat.Text)
        {
            Views.OperationView.Write(verb.Terminal, verb.Output, result);
        }
    }
}
