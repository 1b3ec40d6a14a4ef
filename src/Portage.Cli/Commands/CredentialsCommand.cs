using System.CommandLine;
using System.Text;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

namespace Portage.Cli.Commands;

/// <summary><c>workflow credentials</c>: keep secrets in files of mode 0600 below the home.</summary>
internal static class CredentialsCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("credentials", "Secrets that configurations name. Values are never shown.");
        var created = new Argument<string>("name");
        var create = new Command("create", "Keep a secret, read from the terminal or standard input; one that exists is replaced.") { created };
        Verb.Does(create, terminal, (verb, cancellationToken) => CreateAsync(verb, verb.Parsed.GetValue(created)!, cancellationToken));

        var list = new Command("list", "List the names of the secrets kept.");
        Verb.Does(list, terminal, (verb, _) => Task.FromResult(List(verb)), Shape.Secrets);

        var deleted = new Argument<string>("name");
        var delete = new Command("delete", "Delete a secret.") { deleted };
        Verb.Does(delete, terminal, (verb, _) => Task.FromResult(Delete(verb, verb.Parsed.GetValue(deleted)!)));
        foreach (var subcommand in (Command[])[create, list, delete])
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static async Task<int> CreateAsync(Verb verb, string name, CancellationToken cancellationToken)
    {
        if (!StepAddress.IsName(name))
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, "A secret's name has 1 to 63 letters, digits, '.', '_' and '-', and begins with a letter or digit. The value is asked for, not given as an argument."));
            return ExitCode.BadInput;
        }

        var value = verb.Terminal.InputIsTerminal ? await verb.Terminal.AskSecretAsync($"Value of {name} (USER:PASSWORD for basic; not shown): ", cancellationToken) : (await verb.Terminal.ReadToEndAsync(cancellationToken)).TrimEnd('\n', '\r');
        if (value.Length == 0)
        {
            verb.Say(DiagnosticCatalog.SecretMalformed.Error(null, "The value is empty; nothing was kept."));
            return ExitCode.BadInput;
        }

        verb.Home.Create();
        verb.Secrets.Keep(name, value);
        await verb.Terminal.Out.WriteLineAsync($"Kept {name}. Name it in the configuration: auth: {{ basic: {{ secret: {name} }} }}");
        return ExitCode.Done;
    }

    private static int List(Verb verb)
    {
        SecretsView.Write(verb.Terminal, verb.Output, verb.Secrets.Names());
        return ExitCode.Done;
    }

    private static int Delete(Verb verb, string name)
    {
        var path = Path.Combine(verb.Home.Secrets, name);
        if (!StepAddress.IsName(name) || !File.Exists(path))
        {
            verb.Say(DiagnosticCatalog.SecretMissing.Error(null, $"There is no secret '{name}' in {verb.Home.Secrets}.") with { Command = "workflow credentials list" });
            return ExitCode.NothingToDo;
        }

        File.Delete(path);
        verb.Terminal.Out.WriteLine($"Deleted {name}.");
        return ExitCode.Done;
    }
}
