using Portage.Engine.Core;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Configuration.Reading;
using Portage.Planning;

namespace Portage.Engine.Questions;

/// <summary>Which steps does somebody mean?</summary>
public static class StepQuestion
{
    /// <summary>The steps that are wanted or recorded, in reading order, those no longer wanted last.</summary>
    /// <param name="planner">Knows every step kind.</param>
    public static IReadOnlyList<StepAddress> Known(Planner planner, SessionState session)
    {
        var revision = session.ActiveRun is { } run ? session.Revisions[run.Revision - 1] : session.Current ?? session.Pending;
        var wanted = revision is null ? [] : planner.Wanted(ConfigurationReader.ReadCanonical(revision.Configuration).Config!).Select(step => step.Address);
        return [.. wanted.Concat(session.Steps.Keys.OrderBy(step => step.ToString(), StringComparer.Ordinal)).Distinct()];
    }

    /// <summary>The one step of a name, or of a pattern that matches one.</summary>
    /// <returns>Null with the reason where there is none, or several.</returns>
    public static (StepAddress? Step, Diagnostic? Why) Find(IReadOnlyList<StepAddress> known, string text)
    {
        if (StepAddress.TryParse(text, out var address))
        {
            return known.Contains(address) ? (address, null) : (null, Unknown());
        }

        var pattern = new AddressPattern(text);
        return known.Where(pattern.Matches).ToArray() switch
        {
            [var one] => (one, null),
            [] => (null, Unknown()),
            var several => (null, DiagnosticCatalog.NoSuchStep.Error(null, $"'{text}' is {several.Length} steps, and one is explained at a time: {string.Join(", ", several.Select(step => step.ToString()))}.") with { Command = $"workflow explain {several[^1]}" }),
        };

        Diagnostic Unknown() => DiagnosticCatalog.NoSuchStep.Error(null, $"There is no step '{text}'.") with
        {
            DidYouMean = DidYouMean.Among(new AddressPattern(text).Text, known.Select(step => step.ToString())),
            Command = "workflow status",
        };
    }

    /// <summary>Why a pattern selects nothing; null where it selects something.</summary>
    public static Diagnostic? WhyNone(IReadOnlyList<StepAddress> known, string text)
    {
        var pattern = new AddressPattern(text);
        return known.Any(pattern.Matches)
            ? null
            : DiagnosticCatalog.NoSuchStep.Error(null, $"'{text}' selects none of the {known.Count} steps.") with
            {
                DidYouMean = DidYouMean.Among(pattern.Text, known.Select(step => step.ToString())),
                Command = "workflow status",
            };
    }
}
