using System.Collections.Immutable;
using System.CommandLine;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;
using Portage.Engine.Status;
using Portage.Model.Addresses;
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
        var command = isApproval
            ? new Command("approve", "Let steps under review go on. Shows the evidence first.") { addresses, all, list, comment }
            : new Command("reject", "Refuse steps under review: they fail, and nothing of them is done.") { addresses, all, list, comment };
        Verb.Does(command, terminal, (verb, cancellationToken) => RunAsync(
            verb,
            isApproval,
            verb.Parsed.GetValue(addresses) ?? [],
            verb.Parsed.GetValue(all),
            verb.Parsed.GetValue(list),
            verb.Parsed.GetValue(comment),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, bool isApproval, string[] patterns, bool all, bool list, string? comment, CancellationToken cancellationToken)
    {
        if (verb.FindSession() is not { Home: var home, Session: var session })
        {
            return ExitCode.BadInput;
        }

        var waiting = Statuses.Of(verb, home, session).Steps.Where(step => step.Group == StepGroup.UnderReview).ToArray();
        if (waiting.Length == 0)
        {
            if (verb.Output != OutputFormat.Text)
            {
                ReviewView.Write(verb.Terminal, verb.Output, waiting);
                return list ? ExitCode.Done : ExitCode.NothingToDo;
            }

            await verb.Terminal.Out.WriteLineAsync("Nothing waits for approval.");
            return list ? ExitCode.Done : ExitCode.NothingToDo;
        }

        var isMenu = !all && patterns.Length == 0;
        patterns = await Contexts.OrGivenAsync(verb, patterns);
        var selected = patterns.Length == 0 ? waiting : [.. waiting.Where(step => patterns.Any(pattern => new AddressPattern(pattern).Matches(step.Address)))];
        if (selected.Length == 0)
        {
            verb.Say(DiagnosticCatalog.NothingToApprove.Error(null, $"{string.Join(", ", patterns)} selects nothing that waits; waiting is {string.Join(", ", waiting.Select(step => step.Address))}.") with
            {
                DidYouMean = patterns.Length == 1 ? DidYouMean.Among(new AddressPattern(patterns[0]).Text, waiting.Select(step => step.Address.ToString())) : null,
                Command = "workflow approve --list",
            });
            return ExitCode.NothingToDo;
        }

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
            if (selected.Length == 0)
            {
                await verb.Terminal.Out.WriteLineAsync("Nothing was decided.");
                return ExitCode.Done;
            }
        }

        var reviewed = selected.Select(step => new Reviewed(step.Address, step.EvidenceDigest!.Value)).ToImmutableArray();
        Operation operation = isApproval
            ? new Operation.Approve(reviewed, comment) { By = Verb.Author, Session = verb.SessionName }
            : new Operation.Reject(reviewed, comment) { By = Verb.Author, Session = verb.SessionName };
        return await RunCommands.PerformAsync(verb, operation, cancellationToken);
    }

    private static async Task<StepStatus[]> ChooseAsync(Terminal terminal, bool isApproval, StepStatus[] steps, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = (await terminal.AskAsync($"{(isApproval ? "Approve" : "Reject")} which? Numbers as '1-3, 5', 'all', or q for none: ", cancellationToken))?.Trim();
            if (MenuChoice.IsNone(answer))
            {
                return [];
            }

            if (MenuChoice.Parse(answer!, steps.Length) is { } places)
            {
                return [.. places.Select(place => steps[place])];
            }

            await terminal.Out.WriteLineAsync($"'{answer}' is no choice: 1 to {steps.Length}, as '1-3, 5'.");
        }
    }
}
