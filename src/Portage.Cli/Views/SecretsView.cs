using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;

namespace Portage.Cli.Views;

/// <summary>The names of secrets.</summary>
internal static class SecretsView
{
    public static void Write(Terminal terminal, OutputFormat format, IReadOnlyList<string> names)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Secrets, json => json.WriteTexts("secrets", names));
            return;
        }

        foreach (var name in names)
        {
            terminal.Out.WriteLine($"{name}  (environment: {LocalSecrets.VariableOf(name)})");
        }

        if (names.Count == 0)
        {
            terminal.Out.WriteLine("No secrets are kept here: workflow credentials create NAME");
        }
    }
}
