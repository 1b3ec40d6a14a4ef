using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Model.Addresses;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;
using Portage.Steps.Backfill;

namespace Portage.Cli.Views;

/// <summary>Documents that were rejected.</summary>
internal static class RejectedView
{
    // Enough to see what a document is; the whole of a large one would hide the rest.
    private const int ShownBytesMax = 4 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>By reason, of each backfill that has any.</summary>
    public static void Write(Terminal terminal, OutputFormat format, long position, string session, IReadOnlyCollection<(StepAddress Step, RejectedSummary Summary)> steps)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.RejectedSummary, json => RejectedJson.Write(json, position, session, steps));
            return;
        }

        foreach (var (step, summary) in steps.Where(step => step.Summary.Count > 0))
        {
            terminal.Out.WriteLine($"{terminal.Paint(step.ToString(), Ink.Bold)}  {DestructionText.Count(summary.Count, "document")} rejected");
            foreach (var cause in summary.Causes)
            {
                string[] indices = [.. cause.Indices.OrderByDescending(index => index.Value).Select(index => $"{index.Key} ({index.Value:N0})")];
                WriteLine(terminal, $"  {cause.Count,9:N0}  {Printable.Line(cause.Type)}  in {NamesText.Of(indices)}");
                WriteLine(terminal, $"             {Printable.Line(cause.First.Reason ?? "The target gave no reason.")}");
                WriteLine(terminal, $"             workflow rejected show {Quoted(cause.First.Place)}");
            }
        }

        if (steps.All(step => step.Summary.Count == 0))
        {
            terminal.Out.WriteLine("No document is rejected.");
        }
    }

    /// <summary>One document in a line.</summary>
    /// <param name="isOneOfMany">True where documents of several backfills are listed.</param>
    public static string Line(Terminal terminal, OutputFormat format, StepAddress step, RejectedLine line, bool isOneOfMany)
    {
        switch (format)
        {
            case OutputFormat.Json:
                return Json(step, line);
            case OutputFormat.Yaml:
                return Structured.YamlDocument(Json(step, line));
            default:
                var text = $"{(isOneOfMany ? $"{step}  " : "")}{line.Place}  {Printable.Line(line.Id)}  {Printable.Line(line.Cause)}  {Printable.Line(line.Reason ?? "")}".TrimEnd();
                return terminal.OutputIsTerminal && text.Length > terminal.Width ? $"{text[..(terminal.Width - 1)]}…" : text;
        }
    }

    /// <summary>All of one document.</summary>
    /// <param name="isWhole">False to cut a large source.</param>
    public static void WriteOne(Terminal terminal, StepAddress step, RejectedLine line, bool isWhole)
    {
        var type = line.Type is null ? "" : $", type {line.Type}";
        var parent = line.Parent is null ? "" : $", parent {line.Parent}";
        var routing = line.TargetRouting is null ? "" : $", routing {line.TargetRouting}";
        terminal.Out.WriteLine(terminal.Paint(line.Place, Ink.Bold));
        Say("document", $"{line.Id}{type}{(line.Routing is null ? "" : $", routing {line.Routing}")}{parent}");
        Say("lies in", $"index {line.Index}, shard {line.Shard}, segment {line.Segment}, document {line.Document} of the segment, position {line.Position} of the shard");
        Say("backfill", step.ToString());
        Say("sent as", line.Status == 0 ? $"nothing; it would have been: {line.Operation} {line.TargetIndex}/{line.TargetId}{routing}" : $"{line.Operation} {line.TargetIndex}/{line.TargetId}{routing}");
        Say("answer", $"{(line.Status == 0 ? "our own" : line.Status)} {line.ErrorType}");
        Say("", line.Reason ?? "The target gave no reason.");
        WriteSource(terminal, line, isWhole);

        void Say(string name, string text) => WriteLine(terminal, $"  {name,-9}  {Printable.Line(text)}");
    }

    private static void WriteSource(Terminal terminal, RejectedLine line, bool isWhole)
    {
        if (line.ReadSource() is not { } source)
        {
            terminal.Out.WriteLine("  source     The snapshot holds none.");
            return;
        }

        var shown = isWhole ? source.Length : Math.Min(source.Length, ShownBytesMax);
        if (line.SourceBase64.IsEmpty)
        {
            // Not within a character.
            while (shown < source.Length && (source[shown] & 0xC0) == 0x80)
            {
                shown--;
            }

            terminal.Out.WriteLine($"  source     {source.Length:N0} bytes{Cut()}");
            terminal.Out.WriteLine(terminal.OutputIsTerminal ? Printable.Lines(Encoding.UTF8.GetString(source, 0, shown)) : Encoding.UTF8.GetString(source, 0, shown));
            return;
        }

        shown = shown == source.Length ? shown : shown / 3 * 3;
        terminal.Out.WriteLine($"  source     {source.Length:N0} bytes, which are no text: in base 64{Cut()}");
        terminal.Out.WriteLine(Convert.ToBase64String(source, 0, shown));

        string Cut() => shown == source.Length ? "" : $", the first {shown:N0} of them (all: --whole)";
    }

    private static string Json(StepAddress step, RejectedLine line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", Shape.Rejected.Version);
            RejectedJson.Write(json, step, line);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteLine(Terminal terminal, string text)
    {
        foreach (var line in Wrapped.On(terminal, text, indent: 13))
        {
            terminal.Out.WriteLine(line);
        }
    }

    /// <summary>As a shell reads it.</summary>
    private static string Quoted(string place) => place.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_' or '.') ? place : $"'{place.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
