using System.Collections.Immutable;
using Portage.Engine.Operations;
using Portage.Model.Diagnostics;
using Portage.Planning.Destroying;

namespace Portage.Cli.Shell;

/// <summary>Asks whether a plan that destroys something may be started.</summary>
internal static class Consent
{
    // Never Enter, never the key that began it.
    private const string Word = "destroy";

    /// <summary>The name of the plan, where a person at a terminal has just agreed to it by typing a word; null where nobody was asked, or nobody agreed.</summary>
    /// <param name="given">The plan that the command line names.</param>
    /// <returns>Whether to go on, and with which plan.</returns>
    public static async Task<(bool GoesOn, string? Plan)> AskAsync(Verb verb, PlanReport report, string? given, CancellationToken cancellationToken)
    {
        if (given is not null || !report.Plan.IsDestructive || report.Plan.Blocks.Any() || report.Plan.Changes.Any(change => change.Unseen is not null)
            || verb.Output != OutputFormat.Text || !verb.Terminal.InputIsTerminal || !verb.Terminal.OutputIsTerminal)
        {
            return (true, given);
        }

        foreach (var line in report.Plan.Destroys.Take(LinesMax).Select(DestructionText.Line))
        {
            await SayAsync(verb.Terminal, $"  {line}", Ink.Red);
        }

        if (report.Plan.Destroys.Length > LinesMax)
        {
            await SayAsync(verb.Terminal, $"  and {report.Plan.Destroys.Length - LinesMax} more: workflow plan", Ink.Red);
        }

        await SayAsync(verb.Terminal, $"This plan {report.Plan.DestroysText}. You are asked once more before it is done.");
        var answer = await verb.Terminal.AskAsync($"{Wrap(verb.Terminal, $"Type '{Word}' to start it; anything else leaves everything as it is:", 0)} ", cancellationToken);
        if (answer?.Trim() == Word)
        {
            return (true, report.Plan.Hash.Hex);
        }

        await verb.Terminal.Out.WriteLineAsync("Nothing was started.");
        return (false, null);
    }

    /// <summary>Why the pending revision could be committed and not be started: its plan is blocked or another one, or it destroys something, and nobody named it or can be asked.</summary>
    /// <returns>What stands in the way, and the plan that was looked at: only that one may be committed and started. Null where nothing is pending.</returns>
    public static async Task<(ImmutableArray<Diagnostic> Why, PlanReport? Looked)> WhyRefusedAsync(Verb verb, string? given, CancellationToken cancellationToken)
    {
        var state = await verb.Access.ReadAsync(cancellationToken);
        if (state.Sessions.GetValueOrDefault(verb.SessionName ?? state.ActiveSession) is not { Pending: { } pending } session)
        {
            return ([], null);
        }

        var report = await Commands.PlanCommand.MakeAsync(verb, state, session, pending, withSizes: false, cancellationToken);
        ImmutableArray<Diagnostic> errors = [.. report.Diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error)];
        return (errors.IsEmpty && WhyRefused(verb, report, given) is { } why ? [why] : [.. errors.Select(error => error with { Detail = $"{error.Detail} {Nothing}" })], report);
    }

    private static Diagnostic? WhyRefused(Verb verb, PlanReport report, string? given)
    {
        if (PlanName.WhyNot(report.Plan, given, Nothing, Shows) is { } another)
        {
            return another;
        }

        if (report.Plan.Changes.FirstOrDefault(change => change.Unseen is not null) is { } unseen)
        {
            return DiagnosticCatalog.DestructionUnseen.Error(null, $"What {unseen.Address} would destroy could not be looked at: {unseen.Unseen} {Nothing}") with { Command = Shows };
        }

        var isAsked = verb.Output == OutputFormat.Text && verb.Terminal.InputIsTerminal && verb.Terminal.OutputIsTerminal;
        return given is null && report.Plan.IsDestructive && !isAsked
            ? DiagnosticCatalog.PlanDestroys.Error(null, $"It {report.Plan.DestroysText}. Whoever wants that names the plan. {Nothing}") with
            { Command = $"workflow configure commit --start --plan {report.Plan.Hash.Short}" }
            : null;
    }

    private static Task SayAsync(Terminal terminal, string text, Ink? ink = null) =>
        terminal.Out.WriteLineAsync(ink is { } color ? terminal.Paint(Wrap(terminal, text, 4), color) : Wrap(terminal, text, 0));

    private static string Wrap(Terminal terminal, string text, int indent) => string.Join('\n', Views.Wrapped.On(terminal, text, indent));

    private const string Nothing = "Nothing was committed or started.";
    private const string Shows = "workflow plan --pending";

    // What fits on a small screen above the question.
    private const int LinesMax = 12;
}
