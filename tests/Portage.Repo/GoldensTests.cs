using System.Text.RegularExpressions;

namespace Portage.Repo;

/// <summary>Goldens are cases that somebody reads, not what a tool left behind.</summary>
public sealed partial class GoldensTests
{
    private static readonly string[] Leftovers = [".orig", ".rej", ".bak", ".actual", ".received", ".next", ".tmp"];

    [Fact]
    public void Goldens_AnyFolder_IsNamedAsASentence() =>
        Complaints.None(
            from file in RepoFile.All
            let parts = file.Path.Split('/')
            let at = Array.IndexOf(parts, "Goldens")
            where at >= 0 && at < parts.Length - 2 && !Sentence().IsMatch(parts[at + 1])
            select $"{file}: a case is named in lower case with dashes");

    [Fact]
    public void Goldens_AnyFileBesideCases_IsReadByATest()
    {
        var tests = string.Concat(RepoFile.All.Where(file => file.Is(".cs") && file.IsBelow("tests")).Select(file => file.Text));
        Complaints.None(
            from file in RepoFile.All
            let parts = file.Path.Split('/')
            where parts.Length > 2 && parts[^2] == "Goldens" && !tests.Contains(file.Name, StringComparison.Ordinal)
            select $"{file}: no test names it");
    }

    [Fact]
    public void Tests_AnyFile_IsNoLeftover() =>
        Complaints.None(Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*", SearchOption.AllDirectories)
            .Where(file => Leftovers.Any(ending => Path.GetFileName(file).Contains(ending, StringComparison.Ordinal)))
            .Select(file => $"{Path.GetRelativePath(Checkout.Root, file)}: left behind by a tool"));

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();
}
