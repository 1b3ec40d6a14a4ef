using System.CommandLine;
using Portage.Cli.Contracts;
using Portage.Cli.Shell;
using Portage.Cli.Views;
using Portage.Engine.Operations;

namespace Portage.Cli.Commands;

/// <summary><c>workflow pause</c>, <c>resume</c> and <c>stop</c>.</summary>
internal static class RunCommands
{
    public static IEnumerable<Command> Make(Terminal terminal)
    {
        var paused = new Argument<string[]>("address") { Description = "Steps to hold, by address or pattern (logs, logs/posts, *:backfill). Default: the context's, else all.", Arity = ArgumentArity.ZeroOrMore };
        var pause = new Command("pause", "Hold steps: what is under way finishes its batch and keeps its position.") { paused };
        paused.CompletionSources.Add(Known.Steps(terminal));
        Verb.Does(pause, terminal, async (verb, cancellationToken) =>
            await PerformAsync(verb, new Operation.Pause([.. await PatternsAsync(verb, verb.Parsed.GetValue(paused), cancellationToken)]) { By = Verb.Author, Session = verb.SessionName }, cancellationToken), Shape.Operation);

        var resumed = new Argument<string[]>("address") { Description = "What to let go on, as it was paused. Default: the context's, else all.", Arity = ArgumentArity.ZeroOrMore };
        var resume = new Command("resume", "Let held steps go on.") { resumed };
        resumed.CompletionSources.Add(Known.Steps(terminal));
        Verb.Does(resume, terminal, async (verb, cancellationToken) =>
            await PerformAsync(verb, new Operation.Resume([.. await PatternsAsync(verb, verb.Parsed.GetValue(resumed), cancellationToken)]) { By = Verb.Author, Session = verb.SessionName }, cancellationToken), Shape.Operation);

        var stop = new Command("stop", "End the run: what is under way finishes its batch and keeps its position; workflow start goes on.");
        Verb.Does(stop, terminal, (verb, cancellationToken) =>
            PerformAsync(verb, new Operation.Stop { By = Verb.Author, Session = verb.SessionName }, cancellationToken), Shape.Operation);
        return [pause, resume, stop];
    }

    public static async Task<int> PerformAsync(Verb verb, Operation operation, CancellationToken cancellationToken)
    {
        var result = await verb.PerformAsync(operation, cancellationToken);
        if (result.HasFailed)
        {
            return ExitCode.BadInput;
        }

        (var isDone, result) = await verb.EnsureControllerAsync(operation, result, started: null, cancellationToken);
        if (verb.Output != OutputFormat.Text)
        {
            OperationView.Write(verb.Terminal, verb.Output, result);
        }

        if (!isDone)
        {
            return ExitCode.Failed;
        }

        return result.NothingToDo ? ExitCode.NothingToDo : ExitCode.Done;
    }

    private static async Task<string[]> PatternsAsync(Verb verb, string[]? given, CancellationToken cancellationToken) =>
        await Contexts.OrGivenAsync(verb, given, cancellationToken) is { Length: > 0 } patterns ? patterns : ["*"];
}
