using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Steps;

namespace Portage.Cli.Commands;

/// <summary><c>workflow explain</c>: why a step ran, was kept, waits or failed; and what an edit would do.</summary>
internal static class ExplainCommand
{
    public static Command Make(Terminal terminal)
    {
        var address = new Argument<string?>("address") { Description = "The step, as workflow status shows it. Default: the context's, where it is one step.", Arity = ArgumentArity.ZeroOrOne };
        address.CompletionSources.Add(Known.Steps(terminal));
        var edit = new Option<string?>("--if") { Description = "What would happen if this field had this value.", HelpName = "PATH=VALUE" };
        var command = new Command("explain", "Say why a step ran, was kept, waits or failed.") { address, edit };
        Verb.Does(command, terminal, (verb, _) => RunAsync(verb, verb.Parsed.GetValue(address), verb.Parsed.GetValue(edit)));
        return command;
    }

    private static async Task<int> RunAsync(Verb verb, string? given, string? edit)
    {
        if (verb.FindSession() is not { Home: var home, Session: var session })
        {
            return ExitCode.BadInput;
        }

        var report = Statuses.Of(verb, home, session);
        if ((given ?? await Contexts.SayAsync(verb)) is not { } text)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, "Which step? There is no context either.") with { Command = "workflow explain ADDRESS" });
            return ExitCode.BadInput;
        }

        if (!StepAddress.TryParse(text, out _) && report.Steps.Where(step => new AddressPattern(text).Matches(step.Address)).ToArray() is { Length: > 0 } matching)
        {
            if (matching.Length > 1)
            {
                verb.Say(DiagnosticCatalog.NoSuchStep.Error(null, $"'{text}' is {matching.Length} steps, and one is explained at a time: {string.Join(", ", matching.Select(step => step.Address))}.") with { Command = $"workflow explain {matching[^1].Address}" });
                return ExitCode.BadInput;
            }

            text = matching[0].Address.ToString();
        }

        if (!StepAddress.TryParse(text, out var address) || (report.Steps.All(step => step.Address != address) && !session.Steps.ContainsKey(address)))
        {
            var known = report.Steps.Select(step => step.Address.ToString()).ToArray();
            verb.Say(DiagnosticCatalog.NoSuchStep.Error(null, $"There is no step '{text}'.") with { DidYouMean = DidYouMean.Among(new AddressPattern(text).Text, known), Command = "workflow status" });
            return ExitCode.BadInput;
        }

        return edit is null ? Explain(verb, session, report, address) : ExplainEdit(verb, session, address, edit);
    }

    private static int Explain(Verb verb, SessionState session, StatusReport report, StepAddress address)
    {
        var change = (session.Current ?? session.Pending) is { } revision
            ? StepCatalog.Planner.Plan(ConfigurationReader.ReadCanonical(revision.Configuration).Config!, session.Recorded()).Plan.Changes.FirstOrDefault(change => change.Address == address)
            : null;
        var happened = SessionEvents.Of(SqliteLedger.ReadAfter(verb.Home.Ledger, 0), session.Name)
            .Where(recorded => recorded.Event is StepEvent happened && happened.Step == address)
            .Select(recorded => (recorded.At, ((StepEvent)recorded.Event).Describe()))
            .ToArray();
        var explained = new Explained(address, report.Steps.FirstOrDefault(step => step.Address == address), change, session.Steps.GetValueOrDefault(address), happened);
        ExplainView.Write(verb.Terminal, verb.Output, explained);
        return ExitCode.Done;
    }

    private static int ExplainEdit(Verb verb, SessionState session, StepAddress address, string edit)
    {
        var equals = edit.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"'{edit}' is not PATH=VALUE.") with { Command = $"workflow explain {address} --if PATH=VALUE" });
            return ExitCode.BadInput;
        }

        var edited = ConfigurationEditor.Update((session.Pending ?? session.Current)!.Configuration, edit[..equals], edit[(equals + 1)..]);
        verb.Say([.. edited.Diagnostics]);
        if (edited.Config is not { } config)
        {
            return ExitCode.BadInput;
        }

        var (plan, _) = StepCatalog.Planner.Plan(config, session.Recorded());
        ExplainView.WriteEdit(
            verb.Terminal,
            verb.Output,
            edit,
            plan.Changes.FirstOrDefault(change => change.Address == address),
            session.Steps.GetValueOrDefault(address),
            [.. plan.Changes.Where(change => change.Address != address && change is not (StepChange.Keep or StepChange.Collect))]);
        return ExitCode.Done;
    }
}
