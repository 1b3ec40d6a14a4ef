using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Configuration;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Configuration.Schema;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Cli.Commands;

/// <summary><c>workflow configure</c>: declare where the data should end up.</summary>
internal static class ConfigureCommand
{
    private const string StandardInput = "-";

    public static Command Make(Terminal terminal)
    {
        var file = new Option<string?>("--file", "-f") { Description = "Replace the whole configuration by this YAML or JSON; - is standard input.", HelpName = "PATH" };
        var empty = new Option<bool>("--allow-empty") { Description = "With --file: also when it configures nothing, which makes all work unwanted." };
        var message = new Option<string?>("--message", "-m") { Description = "Kept in the history.", HelpName = "TEXT", Recursive = true };
        var command = new Command("configure", "Edit the configuration. Without arguments: in $EDITOR. Edits are pending until they are committed.") { file, message, empty };
        Verb.Does(command, terminal, (verb, cancellationToken) => verb.Parsed.GetValue(file) is { } path
            ? ReplaceAsync(verb, path, verb.Parsed.GetValue(message), verb.Parsed.GetValue(empty), cancellationToken)
            : ConfigurationInEditor.EditAsync(verb, verb.Parsed.GetValue(message), cancellationToken), Shape.Operation);
        foreach (var subcommand in (Command[])
            [
                Edit(terminal, message, EditKind.Add, "add", "Add what is not there yet.", hasValue: true),
                Edit(terminal, message, EditKind.Update, "update", "Change what is there, or an optional field that is at its default.", hasValue: true),
                Edit(terminal, message, EditKind.Remove, "remove", "Remove what is there.", hasValue: false),
                Show(terminal),
                Validate(terminal),
               Text(terminal, "schema", "Print the JSON Schema of configurations, for editors.", JsonSchema.Write),
               Text(terminal, "sample", "Print a commented configuration that uses everything.", Sample.Write),
                Commit(terminal),
                Discard(terminal),
                History(terminal),
                Diff(terminal),
                Revert(terminal),
            ])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    /// <summary>Reads a file, or standard input, that the command line names; null when it cannot be read, which has then been said.</summary>
    public static async Task<string?> ReadTextAsync(Verb verb, string path, CancellationToken cancellationToken)
    {
        if (path != StandardInput)
        {
            if (!File.Exists(path))
            {
                verb.Say(DiagnosticCatalog.FileUnreadable.Error(null, Directory.Exists(path) ? $"{path} is a folder; a file with YAML or JSON is expected." : $"{path} does not exist."));
                return null;
            }

            try
            {
                return await File.ReadAllTextAsync(path, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                verb.Say(DiagnosticCatalog.FileUnreadable.Error(null, $"{path} cannot be read: {e.Message}"));
                return null;
            }
        }

        if (verb.Terminal.InputIsTerminal)
        {
            verb.Say(DiagnosticCatalog.InputIsTerminal.Error(null, "'-' reads a configuration from standard input, but nothing is piped into it.") with { Command = "workflow configure --file - < FILE" });
            return null;
        }

        return await verb.Terminal.ReadToEndAsync(cancellationToken);
    }

    private static async Task<int> ReplaceAsync(Verb verb, string path, string? message, bool mayBeEmpty, CancellationToken cancellationToken)
    {
        if (await ReadTextAsync(verb, path, cancellationToken) is not { } text)
        {
            return ExitCode.BadInput;
        }

        if (!mayBeEmpty && !await MayReplaceAsync(verb, ConfigurationReader.Read(text, path).Config, cancellationToken))
        {
            return ExitCode.BadInput;
        }

        var result = await verb.PerformAsync(new Operation.Configure(text, path == StandardInput ? "standard input" : path, message) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
        if (result.HasFailed && result.Diagnostics.Any(diagnostic => diagnostic.File is not null))
        {
            var count = result.Diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
            var again = path == StandardInput ? "Mend the text" : $"Mend {path}";
            await verb.Terminal.Error.WriteLineAsync($"{count} {(count == 1 ? "error" : "errors")}. Nothing was changed. {again}, then: workflow configure --file {path}");
            return ExitCode.BadInput;
        }

        return await SayNextAsync(verb, result);
    }

    /// <summary>True unless everything would be gone from a configuration that has something, and nobody wants that.</summary>
    /// <param name="config">What comes instead; null when it cannot be read, which is said elsewhere.</param>
    public static async Task<bool> MayReplaceAsync(Verb verb, MigrationConfig? config, CancellationToken cancellationToken)
    {
        if (config is not { Targets.Count: 0, Migrations.Count: 0 }
            || Known.ConfigurationOf(await verb.Access.ReadAsync(cancellationToken), verb.SessionName) is not { } had
            || (had.Targets.Count == 0 && had.Migrations.Count == 0))
        {
            return true;
        }

        var what = $"It configures nothing, where there {(had.Targets.Count + had.Migrations.Count == 1 ? "is" : "are")} {Count(had.Targets.Count, "target")} and {Count(had.Migrations.Count, "migration")} now: all of their work would be unwanted.";
        if (verb.Terminal.InputIsTerminal && verb.Terminal.OutputIsTerminal)
        {
            await verb.Terminal.Out.WriteLineAsync(what);
            if (await AskAsync(verb.Terminal, "Is that what you want?", cancellationToken))
            {
                return true;
            }

            await verb.Terminal.Out.WriteLineAsync("Nothing was changed.");
            return false;
        }

        verb.Say(DiagnosticCatalog.ConfigurationEmpty.Error(null, $"{what} Nothing was changed.") with { Command = "workflow configure --allow-empty --file FILE" });
        return false;
    }

    public static async Task<int> SayNextAsync(Verb verb, OperationResult result)
    {
        if (result.HasFailed)
        {
            if (result.Diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error) is > 1 and var count)
            {
                await verb.Terminal.Error.WriteLineAsync($"{count} errors. Nothing was changed.");
            }

            return ExitCode.BadInput;
        }

        if (verb.Output != OutputFormat.Text)
        {
            OperationView.Write(verb.Terminal, verb.Output, result);
        }
        else if (result.LeavesPending)
        {
            await verb.Terminal.Out.WriteLineAsync("See what it would do: workflow plan --pending. Commit it: workflow configure commit");
        }

        return ExitCode.Done;
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static Command Edit(Terminal terminal, Option<string?> message, EditKind kind, string name, string description, bool hasValue)
    {
        var path = new Argument<string>("path") { Description = "As migrations.logs.slices.posts.backfill.workers." };
        var value = new Argument<string?>("value") { Description = "YAML or JSON: a value or a whole object. Default, and with -: standard input.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(name, description) { path };
        if (hasValue)
        {
            command.Arguments.Add(value);
        }

        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            var text = hasValue ? verb.Parsed.GetValue(value) : null;
            if (text == StandardInput && (text = await ReadTextAsync(verb, StandardInput, cancellationToken)) is null)
            {
                return ExitCode.BadInput;
            }

            if (hasValue && text is null && string.IsNullOrWhiteSpace(text = verb.Terminal.InputIsTerminal ? null : await verb.Terminal.ReadToEndAsync(cancellationToken)))
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, "There is no value: neither after the path nor on standard input.") with { Command = $"workflow configure {name} --help" });
                return ExitCode.BadInput;
            }

            var operation = new Operation.Edit(kind, verb.Parsed.GetValue(path)!, text, verb.Parsed.GetValue(message)) { By = Verb.Author, Session = verb.SessionName };
            return await SayNextAsync(verb, await verb.PerformAsync(operation, cancellationToken));
        }, Shape.Operation);
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var path = new Argument<string?>("path") { Description = "Only this part.", Arity = ArgumentArity.ZeroOrOne };
        var revision = new Option<int?>("--revision") { Description = "This revision. Default: the pending one, else the current one." };
        var command = new Command("show", "Print the configuration, or a part of it.") { path, revision };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            if (await verb.FindSessionAsync(cancellationToken) is not { } asked || verb.Said(RevisionsQuestion.Find(asked, verb.Parsed.GetValue(revision))) is not { } found)
            {
                return ExitCode.BadInput;
            }

            var shown = ConfigurationEditor.Show(found.Configuration, verb.Parsed.GetValue(path), verb.Output == OutputFormat.Json ? ShowFormat.Json : ShowFormat.Yaml);
            verb.Say([.. shown.Diagnostics]);
            await verb.Terminal.Out.WriteAsync(shown.Text);
            return shown.Text is null ? ExitCode.BadInput : ExitCode.Done;
        }, Shape.Configuration);
        return command;
    }

    private static async Task<int> ValidateAsync(Verb verb, ReadConfiguration read, bool probes, CancellationToken cancellationToken)
    {
        ValidationView.Say(verb.Terminal, read);
        IReadOnlyList<ProbeResult> found = [];
        if (probes && read.Config is { } config)
        {
            var asked = new Probe(verb.Secrets, verb.Time).Of(config);
            ValidationView.SayAsked(verb.Terminal, verb.Output, asked.Length);
            found = await Probing.AllAsync(verb, asked, cancellationToken);
        }

        ValidationView.Write(verb.Terminal, verb.Output, read, probes ? found : null);
        return read.Config is null ? ExitCode.BadInput : found.Any(result => result.Problem is not null) ? ExitCode.Failed : ExitCode.Done;
    }

    private static Command Validate(Terminal terminal)
    {
        var file = new Option<string?>("--file", "-f") { Description = "Check this file instead of the pending configuration; - is standard input.", HelpName = "PATH" };
        var probe = new Option<bool>("--probe") { Description = "Also connect to the clusters and open the repositories." };
        var command = new Command("validate", "Check the configuration and change nothing.") { file, probe };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            ReadConfiguration read;
            if (verb.Parsed.GetValue(file) is { } path)
            {
                if (await ReadTextAsync(verb, path, cancellationToken) is not { } text)
                {
                    return ExitCode.BadInput;
                }

                read = ConfigurationReader.Read(text, path == StandardInput ? "standard input" : path);
            }
            else if (await verb.FindSessionAsync(cancellationToken) is { } asked && verb.Said(RevisionsQuestion.Find(asked, null)) is { } revision)
            {
                read = ConfigurationReader.CheckCanonical(revision.Configuration);
            }
            else
            {
                return ExitCode.BadInput;
            }

            return await ValidateAsync(verb, read, verb.Parsed.GetValue(probe), cancellationToken);
        }, Shape.Validation);
        return command;
    }

    private static Command Text(Terminal terminal, string name, string description, Func<string> write)
    {
        var command = new Command(name, description);
        Verb.Does(command, terminal, async (verb, _) =>
        {
            await verb.Terminal.Out.WriteAsync(write());
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Commit(Terminal terminal)
    {
        var start = new Option<bool>("--start") { Description = "Start the plan at once." };
        var plan = new Option<string?>("--plan") { Description = "With --start: only if the plan is this one, its hash as workflow plan --pending shows it. A plan that destroys something is started by its hash only, or by a word typed on a terminal.", HelpName = "HASH" };
        var command = new Command("commit", "Make the pending revision the current one, and show its plan.") { start, plan };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            var (starts, named) = (verb.Parsed.GetValue(start), verb.Parsed.GetValue(plan));
            if (named is not null && !starts)
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, "--plan names the plan to start: give --start too."));
                return ExitCode.BadInput;
            }

            // Nothing is committed for a start that would be refused.
            var (refusals, looked) = starts ? await Consent.WhyRefusedAsync(verb, named, cancellationToken) : ([], null);
            if (!refusals.IsEmpty)
            {
                verb.Say([.. refusals]);
                return ExitCode.BadInput;
            }

            var commit = new Operation.Commit { By = Verb.Author, Session = verb.SessionName, Revision = looked?.Revision, Plan = looked?.Plan.Hash.Hex, Seen = looked?.Seen ?? [] };
            var result = await verb.PerformAsync(commit, cancellationToken);
            if (result.HasFailed)
            {
                return ExitCode.BadInput;
            }

            if (await PlanCommand.MakeAsync(verb, pending: false, withSizes: true, cancellationToken) is not { } report)
            {
                return result.NothingToDo ? ExitCode.NothingToDo : ExitCode.BadInput;
            }

            // A program is answered once: by the start, where there is one.
            if (!starts || verb.Output == OutputFormat.Text || report.Plan.IsEmpty || report.Plan.Blocks.Any())
            {
                PlanView.Write(verb.Terminal, verb.Output, report);
            }

            verb.Say([.. report.Diagnostics]);
            if (report.Plan.IsEmpty || report.Plan.Blocks.Any())
            {
                return report.Plan.IsEmpty ? ExitCode.Done : ExitCode.BadInput;
            }

            var startsNow = starts || (verb.Terminal.InputIsTerminal && verb.Terminal.OutputIsTerminal && await AskAsync(verb.Terminal, "Start it now?", cancellationToken));
            return startsNow ? await StartCommand.RunAsync(verb, named, (looked ?? report).Plan, attach: false, cancellationToken) : ExitCode.Done;
        }, Shape.Plan, Shape.Operation);
        return command;
    }

    /// <summary>Asks a yes-or-no question; Enter is no.</summary>
    public static async Task<bool> AskAsync(Terminal terminal, string question, CancellationToken cancellationToken) =>
        (await terminal.AskAsync($"{question} [y/N] ", cancellationToken))?.Trim() is "y" or "Y" or "yes";

    private static Command Discard(Terminal terminal)
    {
        var command = new Command("discard", "Drop the pending revision; it stays in the history.");
        Verb.Does(command, terminal, (verb, cancellationToken) => RunCommands.PerformAsync(verb, new Operation.Discard { By = Verb.Author, Session = verb.SessionName }, cancellationToken), Shape.Operation);
        return command;
    }

    private static Command History(Terminal terminal)
    {
        var command = new Command("history", "List the revisions: who, when, what.");
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
            {
                return ExitCode.BadInput;
            }

            HistoryView.Write(verb.Terminal, verb.Output, RevisionsQuestion.Answer(asked));
            return ExitCode.Done;
        }, Shape.Revisions);
        return command;
    }

    private static Command Diff(Terminal terminal)
    {
        var from = new Argument<int?>("from") { Description = "A revision. Default: the current one.", Arity = ArgumentArity.ZeroOrOne };
        var to = new Argument<int?>("to") { Description = "A revision. Default: the pending one.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("diff", "Show the fields in which two revisions differ.") { from, to };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            if (await verb.FindSessionAsync(cancellationToken) is not { } asked
                || verb.Said(RevisionsQuestion.Compare(asked, verb.Parsed.GetValue(from), verb.Parsed.GetValue(to))) is not { } difference)
            {
                return ExitCode.BadInput;
            }

            HistoryView.Write(verb.Terminal, verb.Output, difference);
            return ExitCode.Done;
        }, Shape.Difference);
        return command;
    }

    private static Command Revert(Terminal terminal)
    {
        var revision = new Argument<int>("revision") { Description = "Its configuration becomes a new, pending revision." };
        var command = new Command("revert", "Go back to what an old revision said.") { revision };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
            await SayNextAsync(verb, await verb.PerformAsync(new Operation.RevertTo(verb.Parsed.GetValue(revision)) { By = Verb.Author, Session = verb.SessionName }, cancellationToken)), Shape.Operation);
        return command;
    }
}
