using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Portage.Repo;

/// <summary>Projects know only those that <c>docs/architecture.md</c> allows them to know.</summary>
public sealed partial class EdgesTests
{
    private const string Page = "docs/architecture.md";
    private const string Heading = "| project | may reference |";
    private const string Everything = "all of them";
    private const string Nothing = "—";

    private static readonly string[] Pure = ["Model", "Configuration", "Planning"];

    [Fact]
    public void Projects_OfSource_AreThoseOfTheTable() =>
        Assert.Equal(Projects().Order(StringComparer.Ordinal), Table().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void References_OfEachProject_AreThoseOfTheTable()
    {
        var table = Table();
        Complaints.None(
            from project in Projects()
            where table.ContainsKey(project)
            let allowed = table[project].Projects
            let found = References(project)
            where !found.SetEquals(allowed)
            select $"Portage.{project} references {string.Join(", ", found.Order())}; {Page} says {string.Join(", ", allowed.Order())}");
    }

    [Fact]
    public void Namespaces_OfEachFile_AreThoseOfTheTable()
    {
        var table = Table();
        Complaints.None(
            from file in RepoFile.All
            where file.Is(".cs") && file.IsBelow("src")
            let project = ProjectOf(file)
            where table.ContainsKey(project)
            from Match use in Use().Matches(file.Text)
            let used = use.Groups["namespace"].Value
            let top = used.Split('.')[0]
            where top != project && !(table[project].Projects.Contains(top) && (table[project].Namespaces.Count == 0 || top != "Model" || table[project].Namespaces.Any(allowed => used == allowed || used.StartsWith(allowed + ".", StringComparison.Ordinal))))
            select $"{file}: uses Portage.{used}, which {Page} does not allow to {project}");
    }

    [Fact]
    public void Pure_Projects_BanTheWorldAndTakeNoPackagesButYaml() =>
        Complaints.None(
            from project in Pure
            let text = File.ReadAllText(ProjectFile(project))
            let packages = XDocument.Parse(text).Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value).Where(name => name != "YamlDotNet").ToArray()
            let complaint = !text.Contains("BannedSymbols.Pure.txt", StringComparison.Ordinal) ? "does not ban clocks and files" : packages.Length > 0 ? $"takes {string.Join(", ", packages)}" : null
            where complaint is not null
            select $"Portage.{project} is pure, but {complaint}");

    [Fact]
    public void Solution_AnyProject_IsListed()
    {
        var solution = File.ReadAllText(Path.Combine(Checkout.Root, "Portage.slnx"));
        Complaints.None(RepoFile.All
            .Where(file => file.Is(".csproj") && !solution.Contains($"\"{file.Path}\"", StringComparison.Ordinal))
            .Select(file => $"{file}: not in Portage.slnx"));
    }

    private static Dictionary<string, (HashSet<string> Projects, List<string> Namespaces)> Table()
    {
        var projects = Projects().ToArray();
        return (
            from row in MarkdownTable.Rows(Page, Heading)
            from project in row[0].Split(',', StringSplitOptions.TrimEntries)
            let only = row[1].IndexOf("(only ", StringComparison.Ordinal)
            let names = only < 0 ? row[1] : row[1][..only]
            let allowed = names.Trim() switch
            {
                Everything => projects.Where(other => other != project),
                Nothing => [],
                var list => list.Split(',', StringSplitOptions.TrimEntries),
            }
            select (project, allowed: allowed.ToHashSet(StringComparer.Ordinal), namespaces: only < 0 ? [] : Quoted().Matches(row[1][only..]).Select(match => match.Groups[1].Value).ToList()))
            .ToDictionary(row => row.project, row => (row.allowed, row.namespaces), StringComparer.Ordinal);
    }

    private static IEnumerable<string> Projects() => RepoFile.All
        .Where(file => file.Is(".csproj") && file.IsBelow("src"))
        .Select(ProjectOf);

    private static string ProjectOf(RepoFile file) => file.Path.Split('/')[1]["Portage.".Length..];

    private static string ProjectFile(string project) => Path.Combine(Checkout.Root, "src", $"Portage.{project}", $"Portage.{project}.csproj");

    private static HashSet<string> References(string project) =>
    [
        .. from reference in XDocument.Load(ProjectFile(project)).Descendants("ProjectReference")
           let name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)["Portage.".Length..]
           from one in name == "*" ? Projects().Where(other => other != project) : [name]
           select one,
    ];

    [GeneratedRegex(@"^(global )?using (static )?(\w+ = )?Portage\.(?<namespace>[\w.]+);", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Use();

    [GeneratedRegex("`([^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
