using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Steps;

namespace Portage.Cli.Commands;

/// <summary><c>workflow redo</c>, <c>workflow validate again</c> and <c>workflow collect</c>: ask for work to be done anew, or taken back, and show what that would do.</summary>
internal static class RedoCommand
{
    public static Command Make(Terminal terminal)
    {
        var addresses = new Argument<string[]>("address") { Description = "Steps to do anew, by address or pattern (shop/recent@blue:backfill, '*:validate'). Default: the context's.", Arity = ArgumentArity.ZeroOrMore };
        addresses.CompletionSources.Add(Known.Steps(terminal));
        var cancel = new Option<bool>("--cancel") { Description = "Take it back: the next start leaves them as they are." };
        var command = new Command("redo", "Have finished steps done anew by the next start. Until then nothing is begun, and nothing on a cluster is touched.") { addresses, cancel };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            if (await Contexts.OrGivenAsync(verb, verb.Parsed.GetValue(addresses), cancellationToken) is not { Length: > 0 } patterns)
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, "Name the steps to do anew.") with { Command = "workflow status" });
                return ExitCode.BadInput;
            }

            return await AskAsync(verb, new Operation.Redo([.. patterns], !verb.Parsed.GetValue(cancel)) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
        }, Shape.Operation);
        return command;
    }

    public static Command MakeValidate(Terminal terminal)
    {
        var addresses = new Argument<string[]>("address") { Description = "Slices or steps to compare again, by address or pattern (shop/recent). Default: the context's, else all.", Arity = ArgumentArity.ZeroOrMore };
        addresses.CompletionSources.Add(Known.Steps(terminal));
        var again = new Command("again", "Have finished comparisons made anew by the next start.") { addresses };
        Verb.Does(again, terminal, async (verb, cancellationToken) =>
        {
            var patterns = await Contexts.OrGivenAsync(verb, verb.Parsed.GetValue(addresses), cancellationToken) is { Length: > 0 } given ? given : ["*"];
            return await AskAsync(verb, new Operation.Redo([.. patterns], IsWanted: true) { Kind = StepKind.Validate, By = Verb.Author, Session = verb.SessionName }, cancellationToken);
        }, Shape.Operation);
        return new Command("validate", "Have what is on the targets compared with the snapshots once more.") { again };
    }

    public static Command MakeCollect(Terminal terminal)
    {
        var addresses = new Argument<string[]>("address") { Description = "Steps that are no longer in the configuration, by address or pattern (shop/old@blue:backfill, 'shop/old'). What stands on them goes too. Default: only list what is left, and who asked for what.", Arity = ArgumentArity.ZeroOrMore };
        var cancel = new Option<bool>("--cancel") { Description = "Take it back: the next start leaves what they made as it is." };
        var command = new Command("collect", "Have the next start take back what steps made that nobody wants any more. Until then nothing on a cluster is touched.") { addresses, cancel };
        Verb.Does(
            command,
            terminal,
            async (verb, cancellationToken) =>
            {
                if (verb.Parsed.GetValue(addresses) is { Length: > 0 } patterns)
                {
                    return await AskAsync(verb, new Operation.Collect([.. patterns], !verb.Parsed.GetValue(cancel)) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
                }

                if (verb.Parsed.GetValue(cancel))
                {
                    verb.Say(DiagnosticCatalog.BadUsage.Error(null, "Name the steps that are to stay.") with { Command = "workflow collect" });
                    return ExitCode.BadInput;
                }

                if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
                {
                    return ExitCode.BadInput;
                }

                LeftoversView.Write(verb.Terminal, verb.Output, LeftoversQuestion.Answer(StepCatalog.Planner, asked));
                return ExitCode.Done;
            },
            Shape.Operation, Shape.Leftovers);
        return command;
    }

    /// <summary>Asks the next start for something, and shows what it would do.</summary>
    public static async Task<int> AskAsync(Verb verb, Operation operation, CancellationToken cancellationToken)
    {
        var result = await verb.PerformAsync(operation, cancellationToken);
        if (result.HasFailed)
        {
            return ExitCode.BadInput;
        }

        // Asked for already is a question too: what would it do?
        if (await PlanCommand.MakeAsync(verb, pending: false, withSizes: verb.Output == OutputFormat.Text, cancellationToken) is not { } report)
        {
            return ExitCode.BadInput;
        }

        if (verb.Output == OutputFormat.Text)
        {
            PlanView.Write(verb.Terminal, verb.Output, report);
        }
        else
        {
            OperationView.Write(verb.Terminal, verb.Output, result, report);
        }

        verb.Say([.. report.Diagnostics]);
        return result.NothingToDo ? ExitCode.NothingToDo : ExitCode.Done;
    }
}
