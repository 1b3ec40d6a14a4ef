using System.Collections.Immutable;
using Portage.Engine.Operations;
using Portage.Engine.Status;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning.Destroying;

namespace Portage.Engine.Questions;

/// <summary>What waits for a person, with the evidence that an approval names.</summary>
/// <param name="Position">The last event of the ledger that it takes into account.</param>
/// <param name="Session">The session.</param>
/// <param name="Run">The run under way, or the last one; null before the first.</param>
/// <param name="Plan">The plan that the run carries out.</param>
/// <param name="Reviews">In reading order; each is a step with its evidence and the digest of that.</param>
public sealed record ReviewsAnswer(long Position, string Session, int? Run, Fingerprint? Plan, ImmutableArray<StepStatus> Reviews)
{
    /// <summary>What those that destroy something would destroy now, by address; empty where nobody looked.</summary>
    public ImmutableDictionary<StepAddress, Relook> Looks { get; init; } = ImmutableDictionary<StepAddress, Relook>.Empty;

    /// <summary>What was seen of a review; null where it destroys nothing, or nobody looked.</summary>
    public Relook? LookAt(StepStatus step) => Looks.GetValueOrDefault(step.Address);
}

/// <summary>What waits for a person?</summary>
public static class ReviewsQuestion
{
    /// <summary>Everything that waits.</summary>
    public static ReviewsAnswer Answer(StatusReport report) =>
        new(report.Position, report.Session, report.Run, report.Plan, [.. report.Steps.Where(step => step.Group == StepGroup.UnderReview)]);

    /// <summary>With what would be destroyed now in the place of what would have been when the reviews opened.</summary>
    public static ReviewsAnswer With(ReviewsAnswer waiting, ImmutableDictionary<StepAddress, Relook> looks) => waiting with
    {
        Looks = looks,
        Reviews =
        [
            .. waiting.Reviews.Select(step => looks.GetValueOrDefault(step.Address) is { Unseen: null } look
                ? step with
                {
                    Evidence = step.Evidence! with { Destroys = look.Now },
                    Unmet = look.Now.IsEmpty ? "destroys nothing any more" : $"destroys {string.Join("; ", DestructionText.Of(look.Now))}",
                }
                : step),
        ],
    };

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
