using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <summary>How a person names a plan: by its hash, or the beginning of it. Pure.</summary>
public static class PlanName
{
    // Short enough to type, long enough not to be hit by chance.
    private const int DigitsMin = 6;

    /// <summary>Why what a person gave does not name a plan; null when it does, or nothing was given.</summary>
    /// <param name="end">What was not done, as a sentence.</param>
    /// <param name="command">What shows the plan.</param>
    public static Diagnostic? WhyNot(Plan plan, string? given, string end, string command) => given switch
    {
        null => null,
        { Length: < DigitsMin } => DiagnosticCatalog.PlanIsAnother.Error(null, $"'{given}' is too short to name a plan; give at least {DigitsMin} digits. {end}") with { Command = command },
        _ when !plan.Hash.Hex.StartsWith(given, StringComparison.OrdinalIgnoreCase) =>
            DiagnosticCatalog.PlanIsAnother.Error(null, $"The plan is {plan.Hash.Short} now, not {given}: something changed since it was shown. {end}") with { Command = command },
        _ => null,
    };
}
