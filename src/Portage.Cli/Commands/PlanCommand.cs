using System.Collections.Immutable;
using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Looking;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Steps;

namespace Portage.Cli.Commands;

/// <summary><c>workflow plan</c>: what a start would do, and why.</summary>
internal static class PlanCommand
{
    private static readonly TimeSpan SilentAtMost = TimeSpan.FromSeconds(1.5);

    public static Command Make(Terminal terminal)
    {
        var pending = new Option<bool>("--pending") { Description = "Plan the revision that is not committed yet." };
        var all = new Option<bool>("--all") { Description = "Also list the steps that are kept." };
        var command = new Command("plan", "Show what a start would do, and why. Exit code 0; 2 when it cannot be started like this.") { pending, all };
        Verb.Does(command, terminal, (verb, cancellationToken) => KeptAnswer.TellAsync(verb, "plan", at => AnswerAsync(verb, at, verb.Parsed.GetValue(pending), verb.Parsed.GetValue(all), cancellationToken)), Shape.Plan);
        return command;
    }

    /// <summary>The plan of the pending revision where asked, or where there is no other.</summary>
    public static async Task<PlanReport?> MakeAsync(Verb verb, bool pending, bool withSizes, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { Home: var home, Session: var session })
        {
            return null;
        }

        if ((pending ? session.Pending : session.Current ?? session.Pending) is not { } revision)
        {
            verb.Say(DiagnosticCatalog.NothingConfigured.Error(null, pending ? "Nothing is pending." : $"Session '{session.Name}' has no configuration yet.") with { Command = "workflow configure --file FILE" });
            return null;
        }

        return await MakeAsync(verb, home, session, revision, withSizes, cancellationToken);
    }

    /// <summary>The plan of a revision. On a terminal it is said what it waits for, where that takes long.</summary>
    public static async Task<PlanReport> MakeAsync(Verb verb, HomeState home, SessionState session, Revision revision, bool withSizes, CancellationToken cancellationToken)
    {
        var reports = new PlanReports(StepCatalog.Planner, StepCatalog.Steps, verb.Secrets, verb.FilesOf, verb.Time);
        var made = reports.MakeAsync(session, revision, home, home.Sequence, withSizes, cancellationToken);
        await SayWhatIsAskedAsync(verb.Terminal, verb.Time, () => reports.Asked, made);
        return await made;
    }

    /// <summary>Says once what a plan waits for that is not there after a moment.</summary>
    internal static async Task SayWhatIsAskedAsync(Terminal terminal, TimeProvider time, Func<ImmutableArray<StepAddress>> asked, Task made)
    {
        if (!terminal.ErrorIsTerminal)
        {
            return;
        }

        using var over = new CancellationTokenSource();
        var passed = Task.Delay(SilentAtMost, time, over.Token);
        if (await Task.WhenAny(made, passed) == passed && asked() is [var first, .. var others])
        {
            await terminal.Error.WriteLineAsync($"Looking at what {first}{(others.Length > 0 ? $" and {others.Length} more" : "")} would do; given up {PlanReports.AnswersWithin.TotalSeconds:0} s after it began.");
        }

        await over.CancelAsync();
    }

    private static async Task<KeptAnswer.Answer> AnswerAsync(Verb verb, Terminal terminal, bool pending, bool all, CancellationToken cancellationToken)
    {
        if (await MakeAsync(verb, pending, withSizes: true, cancellationToken) is not { } report)
        {
            return new(ExitCode.BadInput, false);
        }

        PlanView.Write(terminal, verb.Output, report, all);
        foreach (var diagnostic in report.Diagnostics)
        {
            DiagnosticView.Write(terminal, diagnostic);
        }

        // What it destroys, and what a source holds, was asked of clusters; sizes in repositories are as long as their files are.
        return new(report.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error) || report.Plan.Blocks.Any() ? ExitCode.BadInput : ExitCode.Done, report.Seen.IsEmpty && report.Diagnostics.IsEmpty && !report.Estimates.Values.Any(estimate => estimate.IsOfCluster));
    }
}
