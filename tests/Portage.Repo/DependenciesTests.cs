using System.Xml.Linq;

namespace Portage.Repo;

/// <summary>Every package says in ADR 3 what it is for and why we did not write it.</summary>
public sealed class DependenciesTests
{
    private const string Page = "docs/adr/0003-dependencies.md";
    private const string Heading = "| package | used by | what for | why not ourselves |";

    [Fact]
    public void Packages_OfTheBuild_AreThoseOfTheTable() => Assert.Equal(
        XDocument.Load(Path.Combine(Checkout.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value).Order(StringComparer.Ordinal),
        MarkdownTable.Rows(Page, Heading).Select(row => row[0]).Order(StringComparer.Ordinal));

    [Fact]
    public void Packages_OfTheTable_SayWhatForAndWhyNot() =>
        Complaints.None(MarkdownTable.Rows(Page, Heading)
            .Where(row => row.Length != 4 || row.Any(cell => cell.Length == 0))
            .Select(row => $"{Page}: the row of {row[0]} is incomplete"));
}
