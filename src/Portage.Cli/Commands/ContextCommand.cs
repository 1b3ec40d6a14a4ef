using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Commands;

/// <summary><c>workflow context</c>: the slice that verbs act on when no address is typed; and <c>workflow prompt</c>, which shows it.</summary>
internal static class ContextCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("context", "The part of the migration that verbs act on when no address is typed.");
        var pattern = new Argument<string?>("address") { Description = "An address or pattern, as shop/recent. Default: a numbered menu.", Arity = ArgumentArity.ZeroOrOne };
        pattern.CompletionSources.Add(Known.Steps(terminal));
        var set = new Command("set", "Choose it. Each session has its own.") { pattern };
        Verb.Does(set, terminal, (verb, cancellationToken) => SetAsync(verb, verb.Parsed.GetValue(pattern), cancellationToken), Shape.Context);

        var show = new Command("show", "Show it.");
        Verb.Does(show, terminal, ShowAsync, Shape.Context);

        var clear = new Command("clear", "Leave it: verbs act on everything again.");
        Verb.Does(clear, terminal, ClearAsync, Shape.Context);
        foreach (var subcommand in (Command[])[set, show, clear])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    public static Command MakePrompt(Terminal terminal)
    {
        var command = new Command("prompt", "Print [session|target|source|slice] for a shell's prompt; nothing where there is no home.");
        Verb.Does(command, terminal, PromptAsync);
        return command;
    }

    private static async Task<int> SetAsync(Verb verb, string? pattern, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        var session = asked.Session.Name;
        var steps = (await verb.StatusOfAsync(asked, cancellationToken)).Steps;
        if (pattern is null)
        {
            if (!verb.Terminal.InputIsTerminal || verb.Output != OutputFormat.Text)
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, "There is a menu on a terminal only: name a slice.") with { Command = "workflow context set SOURCE/SLICE" });
                return ExitCode.BadInput;
            }

            if (await ChooseAsync(verb, session, steps, cancellationToken) is not { } chosen)
            {
                await verb.Terminal.Out.WriteLineAsync("The context is as it was.");
                return ExitCode.Done;
            }

            pattern = chosen;
        }
        else if (!steps.Any(step => new AddressPattern(pattern).Matches(step.Address)))
        {
            var known = steps.Select(step => step.Address.ToString()).Concat(steps.Select(step => Contexts.ScopeOf(step.Address))).Concat(steps.Select(step => step.Address.Source)).Distinct(StringComparer.Ordinal);
            verb.Say(DiagnosticCatalog.NoSuchStep.Error(null, $"'{pattern}' selects none of the {steps.Length} steps.") with { DidYouMean = DidYouMean.Among(pattern, known), Command = "workflow status" });
            return ExitCode.BadInput;
        }

        // As addresses are written now, whichever form was typed.
        pattern = new AddressPattern(pattern).Text;
        Contexts.Set(verb.Home, session, pattern);
        ContextView.Write(verb.Terminal, verb.Output, session, pattern);
        return ExitCode.Done;
    }

    private static async Task<string?> ChooseAsync(Verb verb, string session, IReadOnlyList<StepStatus> steps, CancellationToken cancellationToken)
    {
        var slices = steps.Where(step => step.Address is { Target: not null, Part: not null })
            .GroupBy(step => Contexts.ScopeOf(step.Address), StringComparer.Ordinal)
            .OrderBy(slice => slice.First().Address.Target, StringComparer.Ordinal)
            .ThenBy(slice => slice.Key, StringComparer.Ordinal)
            .ToArray();
        if (slices.Length == 0)
        {
            verb.Say(DiagnosticCatalog.NothingConfigured.Error(null, $"Session '{session}' has no slice that goes to a target.") with { Command = "workflow configure" });
            return null;
        }

        foreach (var (i, slice) in slices.Index())
        {
            var address = slice.First().Address;
            await verb.Terminal.Out.WriteLineAsync($"{i + 1}. {address.Target} -> {address.Source} -> {address.Part}{Standing(slice)}");
        }

        while (true)
        {
            var answer = (await verb.Terminal.AskAsync("Which? A number, or Enter to leave it: ", cancellationToken))?.Trim();
            if (MenuChoice.IsNone(answer))
            {
                return null;
            }

            if (answer != "all" && MenuChoice.Parse(answer!, slices.Length) is [var place])
            {
                return slices[place].Key;
            }

            await verb.Terminal.Out.WriteLineAsync($"'{answer}' is no choice: 1 to {slices.Length}.");
        }
    }

    /// <summary>Where a slice stands as a whole: what a person must look at comes before what goes on by itself.</summary>
    private static string Standing(IEnumerable<StepStatus> slice)
    {
        var groups = slice.Select(step => step.Group).ToHashSet();
        return groups.Contains(StepGroup.Failed) ? " [failed]"
            : groups.Contains(StepGroup.UnderReview) ? " [under review]"
            : groups.Contains(StepGroup.InProgress) ? " [in progress]"
            : groups.All(group => group == StepGroup.Complete) ? " [complete]"
            : "";
    }

    private static async Task<int> ShowAsync(Verb verb, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { Session.Name: var session })
        {
            return ExitCode.BadInput;
        }

        ContextView.Write(verb.Terminal, verb.Output, session, Contexts.Of(verb.Home, session));
        return ExitCode.Done;
    }

    private static async Task<int> ClearAsync(Verb verb, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { Session.Name: var session })
        {
            return ExitCode.BadInput;
        }

        Contexts.Set(verb.Home, session, null);
        ContextView.Write(verb.Terminal, verb.Output, session, null);
        return ExitCode.Done;
    }

    private static async Task<int> PromptAsync(Verb verb, CancellationToken cancellationToken)
    {
        try
        {
            if (!verb.Home.Exists)
            {
                return ExitCode.Done;
            }

            var session = verb.SessionName ?? (await verb.Access.ReadAsync(cancellationToken)).ActiveSession;
            var parts = Contexts.Of(verb.Home, session) is { } pattern ? Contexts.PartsOf(pattern) : default;
            verb.Terminal.Out.WriteLine(parts == default ? $"[{session}]" : $"[{session}|{parts.Target ?? "*"}|{parts.Source ?? "*"}|{parts.Slice ?? "*"}]");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Before every command line is no place for an error: the next verb says what is wrong.
        }

        return ExitCode.Done;
    }
}
