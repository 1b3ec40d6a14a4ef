using Portage.Backends.Embedded;
using Portage.Cli.Views;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Questions;
using Portage.Engine.Status;

namespace Portage.Cli.Shell;

/// <summary>Follows a run until it is over or waits for a person, one line for each thing that happens.</summary>
internal static class Attachment
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    // What nothing is written down of: that the controller is gone, that work moves. Working out where 9,000 steps stand takes a while.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    // Below the address: the time and the word are beside it.
    private const int IndentColumns = 20;

    public static async Task<int> FollowAsync(Verb verb, int run, CancellationToken cancellationToken)
    {
        var state = await verb.Access.ReadAsync(cancellationToken);
        var name = verb.SessionName ?? state.ActiveSession;
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var lastProgress = verb.Time.GetTimestamp();
        var (seen, looked) = (-1L, 0L);
        while (true)
        {
            if (state.Sequence == seen && verb.Time.GetElapsedTime(looked) < LookInterval)
            {
                if (await WaitAsync(verb, run, state, cancellationToken) is { } enough)
                {
                    return enough;
                }

                continue;
            }

            (seen, looked) = (state.Sequence, verb.Time.GetTimestamp());
            var session = state.Sessions[name];
            var report = await verb.StatusOfAsync(new Asked(state, session), cancellationToken);
            if (verb.Output == OutputFormat.Text)
            {
                await SayChangesAsync(verb, report, said);
            }

            if (verb.Output == OutputFormat.Text && verb.Time.GetElapsedTime(lastProgress) > ProgressInterval)
            {
                lastProgress = verb.Time.GetTimestamp();
                await SayProgressAsync(verb, report);
            }

            if (ExitCodeOf(session, run, report) is { } exitCode)
            {
                await SayEndAsync(verb, report, exitCode);
                return exitCode;
            }

            if (session.ActiveRun is not null && report.Controller is null && !(await verb.EnsureControllerAsync(state, started: null, cancellationToken)).Done)
            {
                return ExitCode.Failed;
            }

            if (await WaitAsync(verb, run, state, cancellationToken) is { } left)
            {
                return left;
            }
        }
    }

    /// <returns>The exit code where somebody has had enough; null to go on.</returns>
    private static async Task<int?> WaitAsync(Verb verb, int run, HomeState state, CancellationToken cancellationToken)
    {
        // Whoever started this may be gone, and the run may wait for ever: nobody would end it.
        if (!OutputPipe.HasReader)
        {
            return ExitCode.Done;
        }

        try
        {
            await Task.Delay(Interval, verb.Time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await verb.Terminal.Error.WriteLineAsync($"Detached; run {run} goes on in the background. Follow it: workflow status --watch");
            return ExitCode.Interrupted;
        }

        await verb.Access.FollowAsync(state, cancellationToken);
        return null;
    }

    private static int? ExitCodeOf(SessionState session, int run, StatusReport report)
    {
        var record = session.Runs[run - 1];
        return record.Outcome switch
        {
            RunOutcome.Done => ExitCode.Done,
            RunOutcome.Failed => ExitCode.Failed,
            RunOutcome.Stopped => ExitCode.Failed,
            _ when report.WaitsForPerson => ExitCode.WaitsForApproval,
            _ => null,
        };
    }

    private static async Task SayChangesAsync(Verb verb, StatusReport report, Dictionary<string, string> said)
    {
        foreach (var step in report.Steps)
        {
            var word = step.Group switch
            {
                StepGroup.Complete => "complete",
                StepGroup.UnderReview => "review",
                StepGroup.Failed => "failed",
                StepGroup.InProgress => "running",
                _ => null,
            };
            if (word is null)
            {
                continue;
            }

            var key = step.Group == StepGroup.InProgress ? word : $"{word} {step.Attempt} {step.Situation}";
            if (said.GetValueOrDefault(step.Address.ToString()) != key)
            {
                said[step.Address.ToString()] = key;
                await SayAsync(verb, $"{word,-8}  {step.Address}  {(step.Situation == word ? step.About : step.Situation)}".TrimEnd());
            }
        }
    }

    private static async Task SayProgressAsync(Verb verb, StatusReport report)
    {
        foreach (var step in report.Steps.Where(step => step is { Group: StepGroup.InProgress, Progress: not null }))
        {
            await SayAsync(verb, $"          {step.Address}  {ProgressText.Of(step.Progress!, step.Remaining)}{(step.Progress!.Waiting is { } waiting ? $"; {waiting}" : "")}");
        }
    }

    private static async Task SayEndAsync(Verb verb, StatusReport report, int exitCode)
    {
        if (verb.Output != OutputFormat.Text)
        {
            StatusView.Write(verb.Terminal, verb.Output, report);
            return;
        }

        await verb.Terminal.Out.WriteLineAsync(exitCode switch
        {
            ExitCode.Done => $"Run {report.Run} is done.",
            ExitCode.WaitsForApproval when report.Steps.Any(step => step.Group == StepGroup.UnderReview) => $"Run {report.Run} waits for approval: workflow approve",
            ExitCode.WaitsForApproval => $"Run {report.Run} is paused: workflow resume",
            _ => $"Run {report.Run} {(report.Outcome == RunOutcome.Stopped ? "was stopped" : "failed")}. See workflow status, workflow log.",
        });
    }

    /// <summary>At once, so that the lines of a terminal that belong together stay together.</summary>
    private static Task SayAsync(Verb verb, string text) =>
        verb.Terminal.Out.WriteLineAsync(string.Join('\n', Wrapped.On(verb.Terminal, $"{verb.Time.GetLocalNow():HH:mm:ss}  {text}", IndentColumns)));
}
