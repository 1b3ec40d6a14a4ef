using System.Text;

namespace Portage.Bench.Measuring;

/// <summary>The results of one run as a page.</summary>
internal static class ResultsPage
{
    public static string Of(DateTimeOffset at, IReadOnlyList<string> machine, IReadOnlyList<(Bench Bench, IReadOnlyList<Figure> Figures, string? WhyNot)> results)
    {
        var page = new StringBuilder($"# Results of {at:yyyy-MM-dd HH:mm} UTC\n\nWritten by `bench/run`; do not edit. What each figure means: [bench](../../README.md).\n\n");
        foreach (var fact in machine)
        {
            page.Append($"- {fact}\n");
        }

        page.Append("\n| figure | limit | measured | ratio | kept | command |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var (bench, figures, whyNot) in results)
        {
            foreach (var figure in figures)
            {
                page.Append($"| {figure.Name} | {figure.Limit} | {figure.Measured} | {figure.Ratio} | {figure.IsKept switch { true => "yes", false => "**no**", null => "" }} | `bench/run {bench.Name}` |\n");
            }

            if (whyNot is not null)
            {
                page.Append($"| {bench.Name} |  | not measured: {whyNot} |  |  | `bench/run {bench.Name}` |\n");
            }
        }

        return page.ToString();
    }
}
