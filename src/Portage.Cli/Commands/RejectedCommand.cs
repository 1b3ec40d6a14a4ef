using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Questions;
using Portage.Model.Addresses;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Steps;
using Portage.Steps.Backfill;

namespace Portage.Cli.Commands;

/// <summary><c>workflow rejected</c>: the documents that backfills could not write, by reason, one by one and whole. Reads only, while they work and after; <c>resend</c> asks the next start for something.</summary>
internal static class RejectedCommand
{
    public static Command Make(Terminal terminal)
    {
        var command = new Command("rejected", "Show the documents that backfills could not write, by reason.")
        {
            MakeSummary(terminal),
            MakeList(terminal),
            MakeShow(terminal),
            MakeResend(terminal),
        };
        var wanted = new WantedOptions(terminal);
        wanted.AddTo(command);
        Verb.Does(command, terminal, (verb, cancellationToken) => SummarizeAsync(verb, wanted, cancellationToken), Shape.RejectedSummary);
        return command;
    }

    private static Command MakeSummary(Terminal terminal)
    {
        var wanted = new WantedOptions(terminal);
        var command = new Command("summary", "Count them by reason, with an example of each.");
        wanted.AddTo(command);
        Verb.Does(command, terminal, (verb, cancellationToken) => SummarizeAsync(verb, wanted, cancellationToken), Shape.RejectedSummary);
        return command;
    }

    private static Command MakeList(Terminal terminal)
    {
        var wanted = new WantedOptions(terminal);
        var limit = new Option<int?>("--limit", "-l") { Description = "Only the first ones.", HelpName = "COUNT" };
        var tail = new Option<int?>("--tail", "-n") { Description = "Only the last ones.", HelpName = "COUNT" };
        var command = new Command("list", "List them, a line each; with --json all that is kept of them, their sources too.");
        wanted.AddTo(command);
        command.Options.Add(limit);
        command.Options.Add(tail);
        Verb.Does(command, terminal, (verb, cancellationToken) => ListAsync(verb, wanted, verb.Parsed.GetValue(limit), verb.Parsed.GetValue(tail), cancellationToken), Shape.Rejected);
        return command;
    }

    private static Command MakeShow(Terminal terminal)
    {
        var documents = new Argument<string[]>("document") { Description = "INDEX/SHARD/POSITION, as the list has it, or the id of a document.", Arity = ArgumentArity.OneOrMore };
        var step = new Option<string?>("--step") { Description = "Only of these backfills, by address or pattern. Default: the context's, else all.", HelpName = "ADDRESS" };
        step.CompletionSources.Add(Known.Steps(terminal));
        var whole = new Option<bool>("--whole") { Description = "The source whole, not its first 4 KB. With --json it always is." };
        var command = new Command("show", "Show all that is kept of a document: where it lies, what was sent, the answer, its source.") { documents, step, whole };
        Verb.Does(command, terminal, (verb, cancellationToken) => ShowAsync(verb, verb.Parsed.GetValue(documents)!, verb.Parsed.GetValue(step), verb.Parsed.GetValue(whole), cancellationToken), Shape.Rejected);
        return command;
    }

    private static Command MakeResend(Terminal terminal)
    {
        var addresses = new Argument<string[]>("address") { Description = "Only of these backfills, by address or pattern (shop/recent). Default: the context's, else all.", Arity = ArgumentArity.ZeroOrMore };
        addresses.CompletionSources.Add(Known.Steps(terminal));
        var cancel = new Option<bool>("--cancel") { Description = "Take it back: the next start leaves them as they are." };
        var command = new Command("resend", "Have the next start send them again, as the snapshot has them. What is on the target stays; until then nothing is sent.") { addresses, cancel };
        Verb.Does(command, terminal, async (verb, cancellationToken) =>
        {
            var patterns = await Contexts.OrGivenAsync(verb, verb.Parsed.GetValue(addresses), cancellationToken) is { Length: > 0 } given ? given : ["*"];
            return await RedoCommand.AskAsync(verb, new Operation.Resend([.. patterns], !verb.Parsed.GetValue(cancel)) { By = Verb.Author, Session = verb.SessionName }, cancellationToken);
        }, Shape.Operation);
        return command;
    }

    private static async Task<int> SummarizeAsync(Verb verb, WantedOptions options, CancellationToken cancellationToken)
    {
        if (await FindAsync(verb, options.Addresses(verb), cancellationToken) is not { } found || options.Of(verb) is not { } wanted)
        {
            return ExitCode.BadInput;
        }

        var summaries = new List<(StepAddress, RejectedSummary)>();
        foreach (var backfill in found.Backfills)
        {
            summaries.Add((backfill.Step, await RejectedSummary.OfAsync(wanted.InAsync(backfill, cancellationToken))));
        }

        RejectedView.Write(verb.Terminal, verb.Output, found.Asked.Position, found.Asked.Session.Name, summaries);
        return ExitCode.Done;
    }

    private static async Task<int> ListAsync(Verb verb, WantedOptions options, int? limit, int? tail, CancellationToken cancellationToken)
    {
        if (limit < 0 || tail < 0 || (limit is not null && tail is not null))
        {
            var what = limit < 0 || tail < 0 ? $"'{(limit < 0 ? limit : tail)}' is no number of documents." : "Only one of --limit and --tail can be given.";
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, what) with { Command = "workflow rejected list --tail 20" });
            return ExitCode.BadInput;
        }

        if (await FindAsync(verb, options.Addresses(verb), cancellationToken) is not { } found || options.Of(verb) is not { } wanted)
        {
            return ExitCode.BadInput;
        }

        // Counted first, so that no more than one is held, however many are wanted.
        var passedOver = 0L;
        if (tail is { } last)
        {
            foreach (var backfill in found.Backfills)
            {
                passedOver += await wanted.InAsync(backfill, cancellationToken).LongCountAsync(cancellationToken);
            }

            passedOver = Math.Max(0, passedOver - last);
        }

        var written = 0;
        foreach (var backfill in found.Backfills.Where(_ => limit is not 0 && tail is not 0))
        {
            await foreach (var line in wanted.InAsync(backfill, cancellationToken))
            {
                if (passedOver-- > 0)
                {
                    continue;
                }

                await verb.Terminal.Out.WriteLineAsync(RejectedView.Line(verb.Terminal, verb.Output, backfill.Step, line, found.Backfills.Length > 1));
                if (++written == (limit ?? tail) || !OutputPipe.HasReader)
                {
                    return ExitCode.Done;
                }
            }
        }

        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(Verb verb, string[] documents, string? step, bool isWhole, CancellationToken cancellationToken)
    {
        if (await FindAsync(verb, step is null ? null : [step], cancellationToken) is not { } found)
        {
            return ExitCode.BadInput;
        }

        var missing = documents.ToHashSet(StringComparer.Ordinal);
        foreach (var backfill in found.Backfills)
        {
            await foreach (var line in RejectedList.ReadAsync(backfill.Files, static _ => true, cancellationToken))
            {
                if (!documents.Contains(line.Place, StringComparer.Ordinal) && !documents.Contains(line.Id, StringComparer.Ordinal))
                {
                    continue;
                }

                missing.Remove(line.Place);
                missing.Remove(line.Id);
                if (verb.Output == OutputFormat.Text)
                {
                    RejectedView.WriteOne(verb.Terminal, backfill.Step, line, isWhole);
                }
                else
                {
                    await verb.Terminal.Out.WriteLineAsync(RejectedView.Line(verb.Terminal, verb.Output, backfill.Step, line, isOneOfMany: false));
                }
            }
        }

        foreach (var document in missing.Order(StringComparer.Ordinal))
        {
            verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"No rejected document lies at '{document}' or has that id.") with { Command = "workflow rejected list" });
        }

        return missing.Count == 0 ? ExitCode.Done : ExitCode.BadInput;
    }

    /// <summary>The backfills that are meant; null where there are none, which has then been said.</summary>
    /// <param name="given">Addresses or patterns; null or empty for the context's, else all.</param>
    private static async Task<Found?> FindAsync(Verb verb, string[]? given, CancellationToken cancellationToken)
    {
        if (await verb.FindSessionAsync(cancellationToken) is not { } asked)
        {
            return null;
        }

        var patterns = await Contexts.OrGivenAsync(verb, given, cancellationToken);
        var known = StepQuestion.Known(StepCatalog.Planner, asked.Session);
        if (patterns.Select(pattern => StepQuestion.WhyNone(known, pattern)).FirstOrDefault(why => why is not null) is { } none)
        {
            verb.Say(none);
            return null;
        }

        var wanted = patterns.Select(pattern => new AddressPattern(pattern)).ToArray();
        return new(asked,
        [
            .. known.Where(step => step.Kind == StepKind.Backfill && (wanted.Length == 0 || wanted.Any(pattern => pattern.Matches(step))))
                .Select(step => (Step: step, asked.Session.Steps.GetValueOrDefault(step)?.Inputs))
                .Where(step => step.Inputs is not null)
                .Select(step => new Backfill(step.Step, verb.FilesOf(asked.Session.Name, step.Step, step.Inputs!.Fingerprints.Identity))),
        ]);
    }

    private sealed record Backfill(StepAddress Step, IStepFiles Files);

    private sealed record Found(Asked Asked, Backfill[] Backfills);

    /// <summary>Which documents are wanted.</summary>
    private sealed record Wanted(IndexPattern[] Indices, string[] Reasons)
    {
        public IAsyncEnumerable<RejectedLine> InAsync(Backfill backfill, CancellationToken cancellationToken)
        {
            var lines = RejectedList.ReadAsync(backfill.Files, index => Indices.Length == 0 || Indices.Any(pattern => pattern.Matches(index)), cancellationToken);
            return Reasons.Length == 0 ? lines : lines.Where(line => Reasons.Contains(line.Cause, StringComparer.Ordinal));
        }
    }

    /// <summary>What selects documents on a command line.</summary>
    private sealed class WantedOptions
    {
        private readonly Argument<string[]> _addresses = new("address") { Description = "Only of these backfills, by address or pattern (shop/recent). Default: the context's, else all.", Arity = ArgumentArity.ZeroOrMore };
        private readonly Option<string[]> _indices = new("--index") { Description = "Only of these indices of the snapshot, by name or pattern.", HelpName = "PATTERN" };
        private readonly Option<string[]> _reasons = new("--reason") { Description = "Only with this reason, as the summary names it (mapper_parsing_exception).", HelpName = "TYPE" };

        public WantedOptions(Terminal terminal) => _addresses.CompletionSources.Add(Known.Steps(terminal));

        public void AddTo(Command command)
        {
            command.Arguments.Add(_addresses);
            command.Options.Add(_indices);
            command.Options.Add(_reasons);
        }

        public string[]? Addresses(Verb verb) => verb.Parsed.GetValue(_addresses);

        /// <summary>Null where a pattern is none, which has then been said.</summary>
        public Wanted? Of(Verb verb)
        {
            try
            {
                return new([.. (verb.Parsed.GetValue(_indices) ?? []).Select(pattern => new IndexPattern(pattern))], verb.Parsed.GetValue(_reasons) ?? []);
            }
            catch (ArgumentException e)
            {
                verb.Say(DiagnosticCatalog.BadUsage.Error(null, $"--index: {e.Message}"));
                return null;
            }
        }
    }
}
