using System.Collections.Immutable;
using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Commands;

/// <summary><c>workflow approve</c> and <c>workflow reject</c>: decide about steps under review, seeing their evidence.</summary>
internal static class ApproveCommand
{
    public static Command Make(Terminal terminal, bool isApproval)
    {
        var addresses = new Argument<string[]>("address") { Description = "Steps, by address or pattern. Default: a numbered menu of those in the context, else of all.", Arity = ArgumentArity.ZeroOrMore };
        addresses.CompletionSources.Add(Known.Steps(terminal));
        var all = new Option<bool>("--all") { Description = "Every step under review, in the context where there is one." };
        var list = new Option<bool>("--list") { Description = "Only show what waits, with its evidence." };
        var comment = new Option<string?>("--comment", "-m") { Description = "Kept in the history.", HelpName = "TEXT" };
        var evidence = new Option<string[]>("--evidence") { Description = "Approve what is there now, as approve names it where it has changed since the review opened.", HelpName = "HASH" };
        var command = isApproval
            ? new Command("approve", "Let steps under review go on. Shows the evidence first.") { addresses, all, list, comment, evidence }
            : new Command("reject", "Refuse steps under review: they fail, and nothing of them is done.") { addresses, all, list, comment };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(
            verb,
            isApproval,
            verb.Parsed.GetValue(addresses) ?? [],
            verb.Parsed.GetValue(all),
            verb.Parsed.GetValue(list),
            verb.Parsed.GetValue(comment),
            isApproval ? verb.Parsed.GetValue(evidence) ?? [] : [],
            cancellationToken), Shape.Operation, Shape.Reviews);
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, bool isApproval, string[] patterns, bool all, bool list, string? comment, string[] evidence, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        var waiting = ReviewsQuestion.Answer(await verb.StatusOfAsync(asked, cancellationToken));
        if (waiting.Reviews.IsEmpty)
        {
            ReviewView.Write(verb.Terminal, verb.Output, waiting);
            return list ? ExitCode.Done : ExitCode.NothingToDo;
        }

        var isMenu = !all && patterns.Length == 0;
        if (verb.Said(ReviewsQuestion.Select(waiting, await Contexts.OrGivenAsync(verb, patterns, cancellationToken))) is not { } selected)
        {
            return ExitCode.NothingToDo;
        }

        selected = await ReviewedNow.LookAsync(verb, asked.Session, selected, cancellationToken);
        if (list || verb.Output == OutputFormat.Text)
        {
            ReviewView.Write(verb.Terminal, verb.Output, selected);
        }

        if (list)
        {
            return ExitCode.Done;
        }

        if (isMenu)
        {
            if (!verb.Terminal.InputIsTerminal || verb.Output != OutputFormat.Text)
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, "There is a menu on a terminal only: name the steps, or give --all.") with { Command = $"workflow {(isApproval ? "approve" : "reject")} --all" });
                return ExitCode.BadInput;
            }

            ReviewView.WriteShortListIfLong(verb.Terminal, selected);
            selected = await ChooseAsync(verb.Terminal, isApproval, selected, cancellationToken);
            if (selected.Reviews.IsEmpty)
            {
                await verb.Terminal.Out.WriteLineAsync("Nothing was decided.");
                return ExitCode.Done;
            }
        }

        if (!isApproval)
        {
            return await RunCommands.PerformAsync(verb, new Operation.Reject([.. selected.Reviews.Select(step => new Reviewed(step.Address, step.EvidenceDigest!.Value))], comment) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
        }

        if (await ReviewedNow.AskAsync(verb, asked.Session, selected, isMenu, evidence, cancellationToken) is not { } reviewed)
        {
            return ExitCode.BadInput;
        }

        return await RunCommands.PerformAsync(verb, new Operation.Approve(reviewed, comment) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
    }

    private static async Task<ReviewsAnswer> ChooseAsync(Terminal terminal, bool isApproval, ReviewsAnswer waiting, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = (await terminal.AskAsync($"{(isApproval ? "Approve" : "Reject")} which? Numbers as '1-3, 5', 'all', or q for none: ", cancellationToken))?.Trim();
            if (MenuChoice.IsNone(answer))
            {
                return waiting with { Reviews = [] };
            }

            if (MenuChoice.Parse(answer!, waiting.Reviews.Length) is { } places)
            {
                return waiting with { Reviews = [.. places.Select(place => waiting.Reviews[place])] };
            }

            await terminal.Out.WriteLineAsync($"'{answer}' is no choice: 1 to {waiting.Reviews.Length}, as '1-3, 5'.");
        }
    }
}
