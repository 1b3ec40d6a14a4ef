using System.Text.Json;
using Portage.Cli.Shell;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Cli.Views;

/// <summary>Everything there is to say about one step.</summary>
/// <param name="Status">Where it stands; null when the configuration wants it no longer.</param>
/// <param name="Change">What a start would do with it.</param>
/// <param name="Had">What is recorded of it; null when it never began.</param>
/// <param name="Happened">Its history, oldest first.</param>
internal sealed record Explained(StepAddress Address, StepStatus? Status, StepChange? Change, StepRecord? Had, IReadOnlyList<(DateTimeOffset At, string Text)> Happened);

/// <summary>Why a step ran, was kept, waits or failed, as text or JSON.</summary>
internal static class ExplainView
{
    public static void Write(Terminal terminal, OutputFormat format, Explained explained)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, json => WriteJson(json, explained));
            return;
        }

        var output = terminal.Out;
        output.WriteLine(explained.Status is { } status
            ? $"{explained.Address} is {Word(status.Group)}: {status.Situation}"
            : $"{explained.Address} is no longer in the configuration; what it made is left as it is.");
        WriteChange(output, explained.Change, explained.Had, "A start would");
        if (explained.Had is { Inputs: { } inputs } had)
        {
            output.WriteLine($"Result fingerprint {inputs.Fingerprints.Result.Short}, over:");

            // That a record is there, its fields say.
            foreach (var part in inputs.Parts.Where(part => part.Affects == Affects.Result && part.Value != "{}"))
            {
                output.WriteLine($"  {part.Path} = {part.Value}{(part.IsDefault ? " (default)" : "")}");
            }

            foreach (var consumed in inputs.Consumed)
            {
                output.WriteLine($"  {consumed.Group} of {consumed.Upstream}, digest {consumed.Digest.Short}");
            }

            if ((had.Report ?? had.Evidence) is { Lines: { IsEmpty: false } lines })
            {
                output.WriteLine("What it said last:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  {line}");
                }
            }
        }

        output.WriteLine(explained.Happened.Count == 0 ? "Nothing has happened yet." : "What happened:");
        foreach (var (at, text) in explained.Happened)
        {
            output.WriteLine($"  {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {text}");
        }
    }

    /// <summary>What an edit would do.</summary>
    /// <param name="edit">As typed: <c>path=value</c>.</param>
    /// <param name="had">What is recorded of the step; null when it never began.</param>
    /// <param name="others">Changes of other steps.</param>
    public static void WriteEdit(Terminal terminal, OutputFormat format, string edit, StepChange? change, StepRecord? had, IReadOnlyList<StepChange> others)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, json =>
            {
                json.WriteString("if", edit);
                WriteChange(json, "change", change);
                json.WriteStartArray("others");
                foreach (var other in others)
                {
                    WriteChange(json, null, other);
                }

                json.WriteEndArray();
            });
            return;
        }

        WriteChange(terminal.Out, change, had, $"With {edit} a start would");
        if (others.Count > 0)
        {
            terminal.Out.WriteLine($"Also: {string.Join(", ", others.Select(other => $"{other.Word} {other.Address}"))}.");
        }
    }

    private static void WriteChange(TextWriter output, StepChange? change, StepRecord? had, string prefix)
    {
        if (change is null)
        {
            return;
        }

        output.WriteLine($"{prefix} {Deed(change, had)}{(change.Because.IsEmpty ? "." : ", because:")}");
        foreach (var reason in change.Because)
        {
            output.WriteLine($"  {reason.Text}");
        }
    }

    private static void WriteJson(Utf8JsonWriter json, Explained explained)
    {
        json.WriteString("step", explained.Address.ToString());
        json.WriteString("group", explained.Status is { } status ? JsonNamingPolicy.CamelCase.ConvertName(status.Group.ToString()) : null);
        json.WriteString("situation", explained.Status?.Situation);
        WriteChange(json, "change", explained.Change);
        json.WriteStartArray("result");
        foreach (var part in explained.Had?.Inputs?.Parts.Where(part => part.Affects == Affects.Result) ?? [])
        {
            json.WriteStartObject();
            json.WriteString("path", part.Path);
            json.WriteString("value", part.Value);
            json.WriteBoolean("default", part.IsDefault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("consumed");
        foreach (var consumed in explained.Had?.Inputs?.Consumed ?? [])
        {
            json.WriteStartObject();
            json.WriteString("step", consumed.Upstream.ToString());
            json.WriteString("group", consumed.Group);
            json.WriteString("digest", consumed.Digest.Hex);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("happened");
        foreach (var (at, text) in explained.Happened)
        {
            json.WriteStartObject();
            json.WriteString("at", at);
            json.WriteString("text", text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteChange(Utf8JsonWriter json, string? name, StepChange? change)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        if (change is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("change", change.Word);
        json.WriteString("step", change.Address.ToString());
        json.WriteStartArray("reasons");
        foreach (var reason in change.Because)
        {
            json.WriteStringValue(reason.Text);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What a start would do with the step. Failed work is adopted too, but to say so would sound as if the failure stood.</summary>
    private static string Deed(StepChange change, StepRecord? had) => (change, had?.Failure) switch
    {
        (StepChange.Block, _) => "be refused",
        (StepChange.Revert, _) => "go on taking it back, and do it anew",
        (StepChange.Adopt, { } failure) when failure.Code == DiagnosticCatalog.GateWasRejected.Code => "ask for its review again",
        (StepChange.Adopt, not null) => "try it again from where it is",
        _ => $"{change.Word} it",
    };

    private static string Word(StepGroup group) => group switch
    {
        StepGroup.InProgress => "in progress",
        StepGroup.UnderReview => "under review",
        _ => group.ToString().ToLowerInvariant(),
    };
}
