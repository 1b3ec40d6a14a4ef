using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Configuration.Reading;
using Portage.Steps.Connecting;

namespace Portage.Cli.Views;

/// <summary>Whether a configuration is valid, and what connecting to everything in it found.</summary>
internal static class ValidationView
{
    /// <summary>What the configuration is, for people; programs are told everything at the end.</summary>
    public static void Say(Terminal terminal, OutputFormat format, ReadConfiguration read)
    {
        foreach (var diagnostic in read.Diagnostics)
        {
            DiagnosticView.Write(terminal, diagnostic);
        }

        if (format == OutputFormat.Text && read.Config is not null)
        {
            terminal.Out.WriteLine("The configuration is valid.");
        }
    }

    /// <summary>One result as it comes, for people.</summary>
    public static void Say(Terminal terminal, OutputFormat format, ProbeResult result)
    {
        if (result.Problem is { } problem)
        {
            DiagnosticView.Write(terminal, problem with { Path = problem.Path ?? result.Path });
        }
        else if (format == OutputFormat.Text)
        {
            terminal.Out.WriteLine($"  {terminal.Paint("ok", Ink.Green)}  {result.Path}  {result.Text}");
        }
    }

    /// <summary>Everything, for programs.</summary>
    public static void Write(Terminal terminal, OutputFormat format, ReadConfiguration read, IReadOnlyList<ProbeResult> found)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Validation, json => ClusterJson.Write(json, read, found));
        }
    }

    /// <summary>What clusters said, for programs.</summary>
    public static void Write(Terminal terminal, OutputFormat format, IReadOnlyList<ProbeResult> found)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Connections, json => ClusterJson.Write(json, found));
        }
    }
}
