using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Configuration.Reading;
using Portage.Steps.Connecting;

namespace Portage.Cli.Views;

/// <summary>Whether a configuration is valid, and what connecting to everything in it found.</summary>
internal static class ValidationView
{
    /// <summary>What is wrong with the configuration; everything of it is told at the end.</summary>
    public static void Say(Terminal terminal, ReadConfiguration read)
    {
        foreach (var diagnostic in read.Diagnostics)
        {
            DiagnosticView.Write(terminal, diagnostic);
        }
    }

    /// <summary>What is asked, before the first answer is there.</summary>
    public static void SayAsked(Terminal terminal, OutputFormat format, int count)
    {
        if (format == OutputFormat.Text && count > 0)
        {
            terminal.Out.WriteLine($"Asking {Things(count)}, each for at most {ProbeWatch.Limit.TotalSeconds:0} s:");
        }
    }

    /// <summary>What has not answered for a moment, for people.</summary>
    public static void SaySlow(Terminal terminal, OutputFormat format, string path, string place)
    {
        if (format == OutputFormat.Text)
        {
            terminal.Out.WriteLine($"  ..  {path}  {place} has not answered yet");
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

    /// <summary>Everything, for programs; for people the verdict, which says only of what was looked at that it is good.</summary>
    /// <param name="found">What was found by asking; null where nothing was asked.</param>
    public static void Write(Terminal terminal, OutputFormat format, ReadConfiguration read, IReadOnlyList<ProbeResult>? found)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Validation, json => ClusterJson.Write(json, read, found ?? []));
        }
        else if (read.Config is not null)
        {
            terminal.Out.WriteLine(Verdict(found));
        }
    }

    private static string Verdict(IReadOnlyList<ProbeResult>? found)
    {
        var failed = found?.Where(result => result.Problem is not null).Select(result => result.Path).ToArray() ?? [];
        return found switch
        {
            null => "The text of the configuration is valid; no cluster and no repository was asked (--probe asks them).",
            [] => "The text of the configuration is valid; it names no cluster and no repository to ask.",
            _ when failed.Length == 0 => $"The configuration is valid: its text, and {Things(found.Count)} answered as expected.",
            _ => $"The text of the configuration is valid, but of {Things(found.Count)} {(failed.Length == found.Count ? "none" : failed.Length == 1 ? "one" : $"{failed.Length}")} {(failed.Length == found.Count ? "can" : "cannot")} be used: {string.Join(", ", failed)}.",
        };
    }

    private static string Things(int count) => count == 1 ? "1 cluster or repository" : $"{count} clusters and repositories";

    /// <summary>What clusters said, for programs.</summary>
    public static void Write(Terminal terminal, OutputFormat format, IReadOnlyList<ProbeResult> found)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Connections, json => ClusterJson.Write(json, found));
        }
    }
}
