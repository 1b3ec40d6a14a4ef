using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;
using Portage.Steps.Connecting;

namespace Portage.Cli.Views;

/// <summary>Whether a configuration is valid, and what connecting to everything in it found.</summary>
internal static class ValidationView
{
    /// <returns>The exit code: 2 when it is not valid, 1 when something of it cannot be used.</returns>
    public static async Task<int> WriteAsync(Verb verb, ReadConfiguration read, bool probes, CancellationToken cancellationToken)
    {
        verb.Say([.. read.Diagnostics]);
        if (verb.Output == OutputFormat.Text && read.Config is not null)
        {
            await verb.Terminal.Out.WriteLineAsync("The configuration is valid.");
        }

        var found = new List<ProbeResult>();
        if (probes && read.Config is { } config)
        {
            await foreach (var result in Probe.AllAsync(config, verb.Secrets, verb.Time, cancellationToken))
            {
                found.Add(result);
                await SayAsync(verb, result);
            }
        }

        if (verb.Output != OutputFormat.Text)
        {
            WriteStructured(verb, read, found);
        }

        return read.Config is null ? ExitCode.BadInput : found.Any(result => result.Problem is not null) ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Says one result to people.</summary>
    public static async Task SayAsync(Verb verb, ProbeResult result)
    {
        if (result.Problem is { } problem)
        {
            verb.Say(problem with { Path = problem.Path ?? result.Path });
        }
        else if (verb.Output == OutputFormat.Text)
        {
            await verb.Terminal.Out.WriteLineAsync($"  {verb.Terminal.Paint("ok", Ink.Green)}  {result.Path}  {result.Text}");
        }
    }

    private static void WriteStructured(Verb verb, ReadConfiguration read, List<ProbeResult> found) => Structured.Write(verb.Terminal, verb.Output, json =>
    {
        json.WriteBoolean("valid", read.Config is not null);
        json.WriteStartArray("diagnostics");
        foreach (var diagnostic in read.Diagnostics)
        {
            DiagnosticView.Write(json, diagnostic);
        }

        json.WriteEndArray();
        WriteProbes(json, found);
    });

    /// <summary>The results for programs.</summary>
    public static void WriteProbes(Utf8JsonWriter json, IEnumerable<ProbeResult> found)
    {
        json.WriteStartArray("probes");
        foreach (var result in found)
        {
            json.WriteStartObject();
            json.WriteString("path", result.Path);
            json.WriteBoolean("ok", result.Problem is null);
            json.WriteString("text", result.Text);
            if (result.Problem is { } problem)
            {
                json.WritePropertyName("problem");
                DiagnosticView.Write(json, problem with { Path = problem.Path ?? result.Path });
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
