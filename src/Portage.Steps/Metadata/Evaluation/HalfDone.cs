using Portage.Engine.Ledger;
using Portage.Steps.Metadata.Creation;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Says, where a run stops in the middle because it found something else than was approved, what of it is done: whoever decides must not think that nothing is.</summary>
internal static class HalfDone
{
    private const string Begins = "done already before this was found: ";

    /// <summary>What is there now, and what of it the run had done. As it is now, not as it was when the run began.</summary>
    /// <param name="begun">What the run began to do; null where it began nothing.</param>
    public static StepReport Of(Applying? begun, EvaluationResult now)
    {
        var todo = begun?.Objects.Select(applied => new Objects.ObjectName(applied.Kind, applied.Name, applied.Index)).ToHashSet() ?? [];
        var done = now.Objects.Where(evaluated => evaluated is { IsOurs: true, Outcome: ObjectOutcome.Keep } && todo.Contains(evaluated.Name)).Select(evaluated => evaluated.Name.ToString()).ToArray();
        return done.Length == 0 ? now.Report : now.Report with { Lines = [.. now.Report.Lines, $"{Begins}{string.Join(", ", done)}; rejected, it stays until the next start takes it back"] };
    }

    /// <summary>As a run finds it that begins after that.</summary>
    public static StepReport Without(StepReport shown) => shown with { Lines = [.. shown.Lines.Where(line => !line.StartsWith(Begins, StringComparison.Ordinal))] };
}
