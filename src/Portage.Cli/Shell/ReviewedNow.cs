using System.Collections.Immutable;
using Portage.Backends.Embedded;
using Portage.Cli.Commands;
using Portage.Cli.Views;
using Portage.Engine.Core;
using Portage.Engine.Looking;
using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Diagnostics;
using Portage.Steps;

namespace Portage.Cli.Shell;

/// <summary>Sees to it that whoever approves a destruction has seen what is there now, not what was there when the review opened.</summary>
internal static class ReviewedNow
{
    // As for a plan: never Enter, never the key that began it.
    private const string Word = "destroy";

    /// <summary>The reviews with what they would destroy now. On a terminal it is said what that waits for, where it takes long.</summary>
    public static async Task<ReviewsAnswer> LookAsync(Verb verb, SessionState session, ReviewsAnswer waiting, CancellationToken cancellationToken)
    {
        var looks = new ReviewLooks(StepCatalog.Planner, StepCatalog.Steps, verb.Secrets, verb.FilesOf, verb.Time);
        var looked = looks.LookAsync(session, waiting.Reviews.Select(step => step.Address), cancellationToken);
        await PlanCommand.SayWhatIsAskedAsync(verb.Terminal, verb.Time, () => looks.Asked, looked);
        return ReviewsQuestion.With(waiting, await looked);
    }

    /// <summary>What is approved, with what is there now. A person at a terminal who could not know that it has changed is asked once more.</summary>
    /// <param name="selected">As it was shown.</param>
    /// <param name="isMenu">True where the person chose after it was shown.</param>
    /// <param name="named">What the command line names.</param>
    /// <returns>Null where nothing is to be decided, which has then been said.</returns>
    public static async Task<ImmutableArray<Reviewed>?> AskAsync(Verb verb, SessionState session, ReviewsAnswer selected, bool isMenu, string[] named, CancellationToken cancellationToken)
    {
        var isAsked = verb.Output == OutputFormat.Text && verb.Terminal.InputIsTerminal && verb.Terminal.OutputIsTerminal;
        var shown = isMenu;
        while (isAsked && named.Length == 0)
        {
            // Whoever reads the menu may take an hour.
            var now = shown ? await LookAsync(verb, session, selected, cancellationToken) : selected;
            if (shown ? Digests(now).SequenceEqual(Digests(selected)) : now.Looks.Values.All(look => look is { HasChanged: false } or { Unseen: not null }))
            {
                break;
            }

            if (shown)
            {
                await verb.Terminal.Out.WriteLineAsync("What would be destroyed has changed since it was shown:");
                ReviewView.Write(verb.Terminal, verb.Output, now);
            }

            var answer = await verb.Terminal.AskAsync($"Type '{Word}' to approve what is there now; anything else leaves it waiting: ", cancellationToken);
            if (answer?.Trim() != Word)
            {
                await verb.Terminal.Out.WriteLineAsync("Nothing was decided.");
                return null;
            }

            (selected, shown) = (now, true);
        }

        var reviewed = selected.Reviews.Select(step =>
        {
            var (evidence, look) = (step.EvidenceDigest!.Value, selected.LookAt(step));
            var digest = look?.Digest(evidence);
            return new Reviewed(step.Address, evidence)
            {
                Now = look is { Unseen: null } ? look.Now : null,
                Unseen = look?.Unseen,
                Named = isAsked && named.Length == 0 ? digest?.Hex : named.FirstOrDefault(given => digest is { } known && Relook.IsNamed(known, given)),
            };
        }).ToImmutableArray();
        if (named.FirstOrDefault(given => !reviewed.Any(one => one.Named == given)) is { } another)
        {
            verb.Say(DiagnosticCatalog.EvidenceChanged.Error(null, $"'{another}' names nothing of what would be destroyed now. Nothing was decided.") with { Command = "workflow approve --list" });
            return null;
        }

        return reviewed;
    }

    private static IEnumerable<string> Digests(ReviewsAnswer answer) => answer.Reviews.Select(step => $"{step.Address} {answer.LookAt(step)?.Digest(step.EvidenceDigest!.Value)} {answer.LookAt(step)?.Unseen is null}");
}
