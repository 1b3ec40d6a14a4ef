using System.Collections.Immutable;
using Portage.Configuration.Editing;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Tests;

/// <summary>The pages of the PG1xxx codes are true: their examples say what they say they say.</summary>
public sealed class ErrorPageTests
{
    // PG1035 is said of the file that replaces a configuration, by the command that is given it: a story shows it.
    private static IEnumerable<DiagnosticKind> Kinds => DiagnosticCatalog.All.Values
        .Where(kind => kind.Code.StartsWith("PG1", StringComparison.Ordinal) && kind != DiagnosticCatalog.ConfigurationEmpty)
        .OrderBy(kind => kind.Code, StringComparer.Ordinal);

    public static TheoryData<string> Codes() => [.. Kinds.Select(kind => kind.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Page_OfEachCode_ShowsWhatItsExampleSays(string code)
    {
        var file = Path.Combine(Checkout.Root, "docs", "errors", $"{code}.md");
        Assert.True(File.Exists(file), $"No page {file}.");
        var page = File.ReadAllText(file);
        Assert.StartsWith($"# {code}: {DiagnosticCatalog.All[code].Summary}\n\n", page, StringComparison.Ordinal);

        var text = Block(page, "yaml").Text;
        var diagnostics = page.Contains("```sh\n", StringComparison.Ordinal) ? Run(Block(page, "sh").Text, text) : ConfigurationReader.Read(text, "configuration.yaml").Diagnostics;
        Assert.Contains(code, diagnostics.Select(diagnostic => diagnostic.Code));

        var (start, end, _) = Block(page, "text");
        Golden.Verify($"{page[..start]}{DiagnosticText.Dump(diagnostics)}{page[end..]}", $"../../docs/errors/{code}.md");
    }

    [Fact]
    public void Codes_OfConfigurations_AreAllShownByAGolden()
    {
        var goldens = string.Concat(Directory.GetFiles(Path.Combine(Checkout.Root, "tests", "Portage.Configuration.Tests"), "*.txt", SearchOption.AllDirectories)
            .Where(file => !file.Contains("artifacts", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.All(Kinds, kind => Assert.Contains(kind.Code, goldens, StringComparison.Ordinal));
    }

    private static ImmutableArray<Diagnostic> Run(string command, string text)
    {
        var canonical = ConfigurationReader.Read(text, "configuration.yaml").Canonical!;
        var words = command.Trim().Split(' ', 5);
        var value = words.Length > 4 ? words[4].Trim('\'') : "";
        return words[2] switch
        {
            "add" => ConfigurationEditor.Add(canonical, words[3], value).Diagnostics,
            "update" => ConfigurationEditor.Update(canonical, words[3], value).Diagnostics,
            _ => ConfigurationEditor.Remove(canonical, words[3]).Diagnostics,
        };
    }

    private static (int Start, int End, string Text) Block(string page, string language)
    {
        var start = page.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        var end = page.IndexOf("```\n", start, StringComparison.Ordinal);
        return (start, end, page[start..end]);
    }
}
