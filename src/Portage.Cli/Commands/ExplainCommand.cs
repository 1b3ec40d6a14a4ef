using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Steps;

namespace Portage.Cli.Commands;

/// <summary><c>workflow explain</c>: why a step ran, was kept, waits or failed; and what an edit would do.</summary>
internal static class ExplainCommand
{
    public static Command Make(Terminal terminal)
    {
        var address = new Argument<string?>("address") { Description = "The step, as workflow status shows it. Default: the context's, where it is one step.", Arity = ArgumentArity.ZeroOrOne };
        address.CompletionSources.Add(Known.Steps(terminal));
        var edit = new Option<string?>("--if") { Description = "What would happen if this field had this value.", HelpName = "PATH=VALUE" };
        var command = new Command("explain", "Say why a step ran, was kept, waits or failed.") { address, edit };
        Verb.Does(
            command,
            terminal,
            (verb, cancellationToken) => RunAsync(verb, verb.Parsed.GetValue(address), verb.Parsed.GetValue(edit), cancellationToken),
            Shape.Explanation,
            Shape.EditExplanation);
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, string? given, string? edit, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        if ((given ?? await Contexts.SayAsync(verb, cancellationToken)) is not { } text)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, "Which step? There is no context either.") with { Command = "workflow explain ADDRESS" });
            return ExitCode.BadInput;
        }

        var (found, why) = StepQuestion.Find(StepQuestion.Known(StepCatalog.Planner, asked.Session), text);
        if (found is not { } step)
        {
            verb.Say(why!);
            return ExitCode.BadInput;
        }

        if (edit is not null)
        {
            var (revision, diagnostics) = ExplainQuestion.Edited(asked, step, edit);
            verb.Say([.. diagnostics]);
            if (revision is null)
            {
                return ExitCode.BadInput;
            }

            var report = await PlanCommand.MakeAsync(verb, asked.Home, asked.Session, revision, withSizes: false, cancellationToken);
            ExplainView.Write(verb.Terminal, verb.Output, ExplainQuestion.WhatIf(asked, step, edit, report.Plan));
            return ExitCode.Done;
        }

        var status = await verb.StatusOfAsync(asked, cancellationToken);
        var events = await verb.Access.ReadEventsAsync(cancellationToken);
        ExplainView.Write(verb.Terminal, verb.Output, ExplainQuestion.Answer(StepCatalog.Planner, asked, status, events, step));
        return ExitCode.Done;
    }
}
