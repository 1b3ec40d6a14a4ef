using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Commands;

/// <summary><c>workflow session</c>: what a branch is to a tree.</summary>
internal static class SessionCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("session", "Sessions are named configurations with their runs, like branches.");
        var from = new Option<string?>("--from") { Description = "Begin with this session's configuration.", HelpName = "NAME" };
        from.CompletionSources.Add(Known.Sessions(terminal));
        var created = new Argument<string>("name");
        var create = new Command("create", "Make a session and switch to it.") { created, from };
        Verb.Does(create, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.CreateSession(verb.Parsed.GetValue(created)!, verb.Parsed.GetValue(from)) { By = Verb.Author }, cancellationToken), Shape.Operation);

        var original = new Argument<string>("from");
        original.CompletionSources.Add(Known.Sessions(terminal));
        var copied = new Argument<string>("name");
        var copy = new Command("copy", "Make a session with another one's configuration and switch to it; its runs are not copied.") { original, copied };
        Verb.Does(copy, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.CreateSession(verb.Parsed.GetValue(copied)!, verb.Parsed.GetValue(original)) { By = Verb.Author }, cancellationToken), Shape.Operation);

        var shown = new Argument<string?>("name") { Description = "Default: the active one.", Arity = ArgumentArity.ZeroOrOne };
        shown.CompletionSources.Add(Known.Sessions(terminal));
        var show = new Command("show", "Show what a session has: revisions, runs, what is pending, where its steps stand.") { shown };
        Verb.Does(show, terminal, (verb, cancellationToken) => ShowAsync(verb, verb.Parsed.GetValue(shown), cancellationToken), Shape.Session);

        var switched = new Argument<string>("name");
        var change = new Command("switch", "Make a session the active one.") { switched };
        Verb.Does(change, terminal, (verb, cancellationToken) =>
            RunCommands.PerformAsync(verb, new Operation.SwitchSession(verb.Parsed.GetValue(switched)!) { By = Verb.Author }, cancellationToken), Shape.Operation);

        var renamed = new Argument<string>("old");
        renamed.CompletionSources.Add(Known.Sessions(terminal));
        var name = new Argument<string>("new");
        var rename = new Command("rename", "Give a session another name; its runs and its work stay what they are.") { renamed, name };
        Verb.Does(rename, terminal, (verb, cancellationToken) => RenameAsync(verb, verb.Parsed.GetValue(renamed)!, verb.Parsed.GetValue(name)!, cancellationToken), Shape.Operation);

        switched.CompletionSources.Add(Known.Sessions(terminal));
        var deleted = new Argument<string>("name");
        deleted.CompletionSources.Add(Known.Sessions(terminal));
        var force = new Option<bool>("--force") { Description = "Also when it has left work on clusters, which then stays there, or an edit that was never committed." };
        var delete = new Command("delete", "Delete a session.") { deleted, force };
        Verb.Does(delete, terminal, (verb, cancellationToken) => DeleteAsync(verb, verb.Parsed.GetValue(deleted)!, verb.Parsed.GetValue(force), cancellationToken), Shape.Operation);

        var list = new Command("list", "List the sessions.");
        Verb.Does(list, terminal, ListAsync, Shape.Sessions);
        foreach (var subcommand in (Command[])[create, copy, rename, list, show, change, delete])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static async Task<int> RenameAsync(Verb verb, string old, string name, CancellationToken cancellationToken)
    {
        var exitCode = await RunCommands.PerformAsync(verb, new Operation.RenameSession(old, name) { By = Verb.Author }, cancellationToken);
        if (exitCode == ExitCode.Done)
        {
            Contexts.Set(verb.Home, name, Contexts.Of(verb.Home, old));
            Contexts.Set(verb.Home, old, null);
        }

        return exitCode;
    }

    private static async Task<int> DeleteAsync(Verb verb, string name, bool force, CancellationToken cancellationToken)
    {
        if (!force && (await verb.Access.ReadAsync(cancellationToken)).Sessions.GetValueOrDefault(name) is { Pending: { } pending })
        {
            var what = $"Session '{name}' has an edit that was never committed: revision {pending.Number} by {pending.By}, \"{pending.Message}\".";
            if (!verb.Terminal.InputIsTerminal || !verb.Terminal.OutputIsTerminal)
            {
                verb.Say(DiagnosticCatalog.SessionRefused.Error(null, what) with { Command = $"workflow session delete {name} --force" });
                return ExitCode.BadInput;
            }

            await verb.Terminal.Out.WriteLineAsync(what);
            if (!await ConfigureCommand.AskAsync(verb.Terminal, "Delete it all the same?", cancellationToken))
            {
                await verb.Terminal.Out.WriteLineAsync("Nothing was deleted.");
                return ExitCode.BadInput;
            }
        }

        var exitCode = await RunCommands.PerformAsync(verb, new Operation.DeleteSession(name, force) { By = Verb.Author }, cancellationToken);
        if (exitCode == ExitCode.Done)
        {
            // A later session of this name is another one.
            Contexts.Set(verb.Home, name, null);
        }

        return exitCode;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken cancellationToken)
    {
        SessionView.Write(verb.Terminal, verb.Output, SessionsQuestion.Answer(await verb.Access.ReadAsync(cancellationToken)));
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(Verb verb, string? name, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken, name) is not { } asked)
        {
            return ExitCode.BadInput;
        }

        var answer = SessionsQuestion.Answer(asked, await verb.StatusOfAsync(asked, cancellationToken));
        SessionView.Write(verb.Terminal, verb.Output, answer, Contexts.Of(verb.Home, asked.Session.Name));
        return ExitCode.Done;
    }
}
