using System.CommandLine;
using System.Text.RegularExpressions;
using Portage.Cli;
using Portage.Cli.Shell;

namespace Portage.Repo;

/// <summary>Links lead somewhere, and commands can be typed as they are printed.</summary>
public sealed partial class DocsTests
{
    // Its usage lines have brackets for what may be left out.
    private const string WrittenFromTheTree = "docs/reference/cli.md";

    private static IEnumerable<RepoFile> Pages => RepoFile.All.Where(file => file.Is(".md"));

    [Fact]
    public void Links_OfEachPage_LeadSomewhere() =>
        Complaints.None(
            from page in Pages
            from Match link in Link().Matches(WithoutCode(page.Text))
            let target = link.Groups["target"].Value
            where !target.Contains(':', StringComparison.Ordinal)
            let parts = target.Split('#', 2)
            let file = parts[0].Length == 0 ? page.FullPath : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.FullPath)!, parts[0]))
            let complaint = !Path.Exists(file) ? "is not there" : parts.Length > 1 && file.EndsWith(".md", StringComparison.Ordinal) && !Anchors(file).Contains(parts[1]) ? "has no such heading" : null
            where complaint is not null
            select $"{page}: {target} {complaint}");

    [Fact]
    public void Commands_OfEachPage_CanBeTyped()
    {
        var root = CommandTree.Make(TerminalOfNobody.Instance);
        Complaints.None(
            from page in Pages
            where page.Path != WrittenFromTheTree
            from quoted in Commands(page.Text)
            let words = SessionPrefix.Expand(ShellWords.Of(quoted.Arguments))
            let parsed = root.Parse(words, CommandTree.Reading)
            where parsed.Errors.Count > 0 && !(quoted.IsInline && IsName(root, words))
            select $"{page}: workflow {quoted.Arguments}: {string.Join("; ", parsed.Errors.Select(error => error.Message))}");
    }

    [Fact]
    public void Readme_FirstScreen_NamesTheTwoCommandsAndHasNoContents()
    {
        var readme = RepoFile.All.Single(file => file.Path == "README.md");
        var top = string.Join('\n', readme.Lines.Take(12));
        Assert.Contains("./workflow demo", top, StringComparison.Ordinal);
        Assert.Contains("./test.sh", top, StringComparison.Ordinal);
        Assert.DoesNotContain("contents", readme.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Recipes_OfContributing_AreFiveLinesAtMost()
    {
        const int LinesMax = 5;
        var lines = RepoFile.All.Single(file => file.Path == "CONTRIBUTING.md").Lines;
        Complaints.None(
            from heading in lines.Index()
            where heading.Item.StartsWith("### ", StringComparison.Ordinal)
            let count = lines.Skip(heading.Index + 1).TakeWhile(line => !line.StartsWith('#')).Count(line => line.Trim().Length > 0)
            where count > LinesMax
            select $"CONTRIBUTING.md: '{heading.Item}' has {count} lines; the layout makes {LinesMax} enough");
    }

    /// <summary>True for the bare name of a verb: a sentence speaks of it.</summary>
    private static bool IsName(Command root, string[] words) =>
        words.Aggregate((Command?)root, (command, word) => command?.Subcommands.FirstOrDefault(subcommand => subcommand.Name == word)) is not null;

    /// <summary>What follows <c>workflow</c> in code: whole lines of code blocks, after the prompt where there is one, and inline code.</summary>
    private static IEnumerable<(string Arguments, bool IsInline)> Commands(string text)
    {
        var isCode = false;
        foreach (var line in text.Split('\n'))
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }
            else if (isCode)
            {
                foreach (var part in line.Split("&&"))
                {
                    if (CommandLine().Match(part) is { Success: true } match)
                    {
                        yield return (match.Groups["arguments"].Value, IsInline: false);
                    }
                }
            }
            else
            {
                foreach (Match match in InlineCommand().Matches(line))
                {
                    yield return (match.Groups["arguments"].Value, IsInline: true);
                }
            }
        }
    }

    private static string WithoutCode(string text) => InlineCode().Replace(CodeBlock().Replace(text, ""), "");

    /// <summary>Headings as GitHub names them: lower case, words joined by dashes, other signs left out.</summary>
    private static HashSet<string> Anchors(string file) =>
    [
        .. File.ReadLines(file)
            .Where(line => line.StartsWith('#'))
            .Select(line => NoAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-')),
    ];

    [GeneratedRegex(@"\]\((?<target>[^()\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.CultureInvariant)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^\s*(\$ )?(\w+=\S+ )*(\./)?workflow (?<arguments>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"`(\./)?workflow (?<arguments>[^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex InlineCommand();

    [GeneratedRegex(@"[^\w\- ]", RegexOptions.CultureInvariant)]
    private static partial Regex NoAnchor();
}
