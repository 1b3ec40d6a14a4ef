using System.Globalization;
using System.Text;

namespace Portage.Mutations;

/// <summary>The page that keeps the last measurement of all mutations.</summary>
internal static class ResultsPage
{
    /// <summary>Relative to a checkout.</summary>
    public const string Name = "tests/Portage.Mutations/results.md";

    /// <summary>How the line begins that the page and the README of the tests have in common.</summary>
    public const string ScoreWords = "Mutation score: ";

    public static string Write(IReadOnlyList<Verdict> verdicts, DateOnly day, string commit)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Mutations\n\n{ScoreWords}{Score.Of(verdicts)}, {day:yyyy-MM-dd}.\n\nWritten by `tests/mutate --record` at commit {commit}.\n\n| area | killed |\n| --- | --- |\n");
        foreach (var area in verdicts.GroupBy(verdict => verdict.Mutation.Area))
        {
            page.Append(CultureInfo.InvariantCulture, $"| {area.Key} | {Score.Of(area)} |\n");
        }

        page.Append("\n| # | mistake | seen by |\n| --- | --- | --- |\n");
        foreach (var verdict in verdicts)
        {
            var by = verdict.KilledBy ?? (verdict.Mutation.Redundant is { } why ? $"redundant: {why}" : "**nobody**");
            page.Append(CultureInfo.InvariantCulture, $"| {verdict.Mutation.Id} | {Cell(verdict.Mutation.What)} | {Cell(by)} |\n");
        }

        return page.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
