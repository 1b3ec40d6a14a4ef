using System.Collections.Immutable;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;

namespace Portage.Engine.Questions;

/// <summary>What waits for a person, with the evidence that an approval names.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
/// <param name="Run">The run under way, or the last one; null before the first.</param>
/// <param name="Plan">The plan that the run carries out.</param>
/// <param name="Reviews">In reading order; each is a step with its evidence and the digest of that.</param>
public sealed record ReviewsAnswer(long Position, string Session, int? Run, Fingerprint? Plan, ImmutableArray<StepStatus> Reviews);

/// <summary>What waits for a person?</summary>
public static class ReviewsQuestion
{
    /// <summary>Everything that waits.</summary>
    public static ReviewsAnswer Answer(StatusReport report) =>
        new(report.Position, report.Session, report.Run, report.Plan, [.. report.Steps.Where(step => step.Group == StepGroup.UnderReview)]);

    /// <summary>Those that patterns select.</summary>
    /// <param name="patterns">None for all.</param>
    /// <returns>Null with the reason where they select nothing though something waits.</returns>
    public static (ReviewsAnswer? Selected, Diagnostic? Why) Select(ReviewsAnswer waiting, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
        {
            return (waiting, null);
        }

        var selectors = patterns.Select(pattern => new AddressPattern(pattern)).ToArray();
        var selected = waiting.Reviews.Where(step => selectors.Any(pattern => pattern.Matches(step.Address))).ToImmutableArray();
        return selected.Length > 0
            ? (waiting with { Reviews = selected }, null)
            : (null, DiagnosticCatalog.NothingToApprove.Error(null, $"{string.Join(", ", patterns)} selects nothing that waits; waiting is {string.Join(", ", waiting.Reviews.Select(step => step.Address))}.") with
            {
                DidYouMean = patterns.Count == 1 ? DidYouMean.Among(selectors[0].Text, waiting.Reviews.Select(step => step.Address.ToString())) : null,
                Command = "workflow approve --list",
            });
    }
}
