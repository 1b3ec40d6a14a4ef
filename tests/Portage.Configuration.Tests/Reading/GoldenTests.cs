using Portage.Configuration.Reading;

namespace Portage.Configuration.Tests.Reading;

/// <summary>Each folder of Goldens is a case: a text, what is said about it, and what is kept of it.</summary>
public sealed class GoldenTests
{
    private static string Folder => Path.Combine(Checkout.Root, "tests", "Portage.Configuration.Tests", "Goldens");

    public static TheoryData<string> Cases() => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_GoldenText_SaysAndKeepsWhatIsExpected(string name)
    {
        var file = Directory.GetFiles(Path.Combine(Folder, name), "config.*").Single();
        var read = ConfigurationReader.Read(File.ReadAllText(file), Path.GetFileName(file));

        Golden.Verify(DiagnosticText.Dump(read.Diagnostics), $"../Goldens/{name}/diagnostics.txt");
        if (read.Canonical is not null)
        {
            Golden.Verify(read.Canonical + "\n", $"../Goldens/{name}/canonical.json");
        }

        Assert.Equal(read.Canonical is not null, File.Exists(Path.Combine(Folder, name, "canonical.json")));
    }
}
