using System.Diagnostics;
using Portage.Cli.Commands;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Configuration.Schema;
using Portage.Engine.Operations;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Shell;

/// <summary>Edits the configuration in the user's editor. What was typed is never lost: a text with errors stays in its file.</summary>
internal static class ConfigurationInEditor
{
    public static async Task<int> EditAsync(Verb verb, string? message, CancellationToken cancellationToken)
    {
        if (!verb.Terminal.InputIsTerminal)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, "Standard input is no terminal, so no editor was opened.") with { Command = "workflow configure --file -" });
            return ExitCode.BadInput;
        }

        var editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual : Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrWhiteSpace(editor))
        {
            verb.Say(DiagnosticCatalog.EditorFailed.Error(null, "Neither VISUAL nor EDITOR names an editor.") with { Command = "workflow configure --file FILE" });
            return ExitCode.BadInput;
        }

        verb.Home.Create();
        var file = Path.Combine(verb.Home.Path, "configuration.yaml");
        var before = await TextBeforeAsync(verb, cancellationToken);
        await File.WriteAllTextAsync(file, before, cancellationToken);
        while (true)
        {
            if (await OpenAsync(editor, file) is var exitCode and not 0)
            {
                verb.Say(DiagnosticCatalog.EditorFailed.Error(null, $"'{editor}' ended with exit code {exitCode}; nothing was changed. The text is kept in {file}.") with { Command = $"workflow configure --file {file}" });
                return ExitCode.Failed;
            }

            var text = await File.ReadAllTextAsync(file, cancellationToken);
            if (text == before)
            {
                await verb.Terminal.Out.WriteLineAsync("Nothing changed.");
                File.Delete(file);
                return ExitCode.Done;
            }

            var read = ConfigurationReader.Read(text, file);
            if (read.Canonical is null)
            {
                verb.Say([.. read.Diagnostics]);
                if (await ConfigureCommand.AskAsync(verb.Terminal, "Edit it again?", cancellationToken))
                {
                    continue;
                }

                await verb.Terminal.Out.WriteLineAsync($"Nothing was changed. The text is kept in {file}: workflow configure --file {file}");
                return ExitCode.BadInput;
            }

            if (!await ConfigureCommand.MayReplaceAsync(verb, read.Config, cancellationToken))
            {
                await verb.Terminal.Out.WriteLineAsync($"The text is kept in {file}.");
                return ExitCode.BadInput;
            }

            var result = await verb.PerformAsync(new Operation.Configure(text, file, message ?? "edited") { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
            if (!result.HasFailed)
            {
                File.Delete(file);
            }

            return await ConfigureCommand.SayNextAsync(verb, result);
        }
    }

    private static async Task<string> TextBeforeAsync(Verb verb, CancellationToken cancellationToken)
    {
        var state = await verb.Access.ReadAsync(cancellationToken);
        var session = state.Sessions.GetValueOrDefault(verb.SessionName ?? state.ActiveSession);
        return (session?.Pending ?? session?.Current) is { } revision
            ? ConfigurationEditor.Show(revision.Configuration, null, ShowFormat.Yaml).Text ?? ""
            : Sample.Write();
    }

    private static async Task<int> OpenAsync(string editor, string file)
    {
        // Through the shell, because EDITOR may carry arguments ("code --wait").
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        foreach (var argument in (string[])["-c", $"{editor} \"$1\"", "editor", file])
        {
            start.ArgumentList.Add(argument);
        }

        // Ctrl-C is the editor's while it is open.
        using var ignoring = Interrupts.Ignore();
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
