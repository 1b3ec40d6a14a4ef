using Portage.Model.Diagnostics;

namespace Portage.Repo;

/// <summary>Each diagnostic has its page, and each page its diagnostic.</summary>
public sealed class ErrorPagesTests
{
    private const string Folder = "docs/errors";
    private const int LinesMax = 60;

    [Fact]
    public void Page_OfEachCode_BeginsWithItsSummary() =>
        Complaints.None(
            from kind in DiagnosticCatalog.All.Values
            orderby kind.Code
            let path = Path.Combine(Checkout.Root, Folder, $"{kind.Code}.md")
            let expected = $"# {kind.Code}: {kind.Summary}"
            let complaint = !File.Exists(path) ? $"is missing; it begins with '{expected}'" : File.ReadLines(path).First() != expected ? $"must begin with '{expected}'" : null
            where complaint is not null
            select $"{Folder}/{kind.Code}.md {complaint}");

    [Fact]
    public void Page_OfNoCode_IsAbsent() =>
        Complaints.None(RepoFile.All
            .Where(file => file.IsBelow(Folder) && !DiagnosticCatalog.All.ContainsKey(Path.GetFileNameWithoutExtension(file.Path)))
            .Select(file => $"{file}: no diagnostic has this code"));

    [Fact]
    public void Page_OfEachCode_IsOneScreen() =>
        Complaints.None(RepoFile.All
            .Where(file => file.IsBelow(Folder))
            .Select(file => (file, file.Lines.Length))
            .Where(page => page.Length > LinesMax)
            .Select(page => $"{page.file}: {page.Length} lines; {LinesMax} is the limit"));
}
