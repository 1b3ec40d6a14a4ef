using Portage.Cli;
using Portage.Cli.Shell;

namespace Portage.Repo;

/// <summary>The page for those who come from opensearch-migrations says what the program answers.</summary>
public sealed class OlderConsoleTests
{
    private static string Page => RepoFile.All.Single(file => file.Path == "docs/guide/coming-from-opensearch-migrations.md").Text;

    [Fact]
    public void Page_OfTheOlderCommands_NamesEachWithItsSuccessor() =>
        Complaints.None(
            from entry in OlderConsole.All
            let rows = Page.Split('\n').Where(line => line.StartsWith('|') && line.Split('|')[1].Contains($"`{entry.Old}`", StringComparison.Ordinal)).ToArray()
            where rows.Length != 1 || (entry.New is { } command && !rows[0].Contains($"`{command}`", StringComparison.Ordinal))
            select $"'{entry.Old}': {rows.Length} rows of the page name it; {entry.New ?? "nothing"} comes instead");

    [Fact]
    public void Successor_OfEachOlderCommand_CanBeTyped()
    {
        var root = CommandTree.Make(TerminalOfNobody.Instance);
        Complaints.None(
            from entry in OlderConsole.All
            where entry.New is not null
            let parsed = root.Parse(ShellWords.Of(entry.New!["workflow ".Length..].Replace(" N", " 3", StringComparison.Ordinal)))
            where parsed.UnmatchedTokens.Count > 0
            select $"'{entry.Old}': {entry.New} cannot be typed");
    }

    [Fact]
    public void Find_OfEachOlderCommand_FindsIt() =>
        Complaints.None(
            from entry in OlderConsole.All
            where OlderConsole.Find([.. entry.Old.Split(' '), "anything", "--option"]) != entry
            select $"'{entry.Old}' is hidden by another entry");
}
