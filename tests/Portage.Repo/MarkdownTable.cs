namespace Portage.Repo;

/// <summary>Tables of Markdown pages that tests read.</summary>
internal static class MarkdownTable
{
    /// <summary>The rows of the table with this heading, cell by cell, without heading and rule.</summary>
    public static IReadOnlyList<string[]> Rows(string page, string heading)
    {
        var lines = File.ReadAllLines(Path.Combine(Checkout.Root, page));
        var at = Array.FindIndex(lines, line => line.Trim() == heading);
        Assert.True(at >= 0, $"{page} has no table with the heading {heading}");
        return
        [
            .. lines
                .Skip(at + 2)
                .TakeWhile(line => line.StartsWith('|'))
                .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)),
        ];
    }
}
