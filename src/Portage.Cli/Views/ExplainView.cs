using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Configuration.Fields;
using Portage.Engine.Ledger;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;
using Portage.Planning.Verdicts;

namespace Portage.Cli.Views;

/// <summary>Why a step ran, was kept, waits or failed, as text or JSON.</summary>
internal static class ExplainView
{
    public static void Write(Terminal terminal, OutputFormat format, Explanation explained)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.Explanation, json => ExplanationJson.Write(json, explained));
            return;
        }

        var output = terminal.Out;
        output.WriteLine(explained.Status is { } status
            ? $"{explained.Step} is {SessionView.WordOf(status.Group)}: {status.Situation}"
            : $"{explained.Step} is no longer in the configuration; {(explained.IsLeft ? "what it made is left as it is" : "nothing of it is left")}.");
        WriteChange(output, explained.Change, explained.Had, explained.Leaves, "A start would");
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
                output.WriteLine($"What it said last{explained.Said}:");
                foreach (var line in lines)
                {
                    output.WriteLine($"  {line}");
                }
            }
        }

        output.WriteLine(explained.Happened.IsEmpty ? "Nothing has happened yet." : "What happened:");
        foreach (var (_, at, text) in explained.Happened)
        {
            output.WriteLine($"  {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {text}");
        }
    }

    /// <summary>What an edit would do.</summary>
    public static void Write(Terminal terminal, OutputFormat format, EditExplanation explained)
    {
        if (format != OutputFormat.Text)
        {
            Structured.Write(terminal, format, Shape.EditExplanation, json => ExplanationJson.Write(json, explained));
            return;
        }

        WriteChange(terminal.Out, explained.Change, explained.Had, explained.Leaves, $"With {explained.Edit} a start would");
        if (explained.Others.Length > 0)
        {
            terminal.Out.WriteLine($"Also: {string.Join(", ", explained.Others.Select(other => $"{other.Word} {other.Address}"))}.");
        }

        foreach (var change in explained.Others.Prepend(explained.Change).OfType<StepChange>())
        {
            WriteDestroyed(terminal, change);
        }
    }

    private static void WriteDestroyed(Terminal terminal, StepChange change)
    {
        foreach (var text in DestructionText.Of(change.Destroys))
        {
            terminal.Out.WriteLine(terminal.Paint($"{(change.IsConditional ? "MAY DESTROY, if needed, up to" : "DESTROYS")} {text}: {change.Word} {change.Address}", Ink.Red));
        }

        if (change.Unseen is { } why)
        {
            terminal.Out.WriteLine(terminal.Paint($"DESTROYS what {change.Address} made, and that cannot be seen: {why}", Ink.Red));
        }
    }

    private static void WriteChange(TextWriter output, StepChange? change, StepRecord? had, bool leaves, string prefix)
    {
        if (change is null)
        {
            return;
        }

        output.WriteLine($"{prefix} {Deed(change, had, leaves)}{(change.Because.IsEmpty ? "." : ", because:")}");
        foreach (var reason in change.Because)
        {
            output.WriteLine($"  {reason.Text}");
        }
    }

    /// <summary>What a start would do with the step. Failed work is adopted too, but to say so would sound as if the failure stood.</summary>
    private static string Deed(StepChange change, StepRecord? had, bool leaves) => (change, had?.Failure) switch
    {
        (StepChange.Block, _) => "be refused",
        (StepChange.Collect { StopsWork: true }, _) => "stop it, and leave what it made",
        (StepChange.Collect, _) => "leave it as it is",
        (StepChange.Revert, _) when leaves => had is { State: StepState.Reverting } ? "go on taking it back" : "take it back",
        (StepChange.Revert { Leaving: { IsEmpty: false } items }, _) => $"take back {NamesText.Of(items)}",
        (StepChange.Revert, _) => "go on taking it back, and do it anew",
        (StepChange.Adopt, { } failure) when failure.Code == DiagnosticCatalog.GateWasRejected.Code => "ask for its review again",
        (StepChange.Adopt, not null) => "try it again from where it is",
        _ => $"{change.Word} it",
    };
}
