using System.Text.Json;

namespace Portage.Scenarios;

/// <summary>What came of one run of the command line.</summary>
/// <param name="Out">All of standard output.</param>
/// <param name="Error">All of standard error.</param>
public sealed record Ran(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Out);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Insists on an exit code; shows what was said where it is another.</summary>
    public Ran Expect(int exitCode)
    {
        Assert.True(exitCode == ExitCode, $"Exit code {ExitCode}, expected {exitCode}.\n{this}");
        return this;
    }

    /// <summary>Insists on texts that must be in what was said, on either stream.</summary>
    public Ran Says(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            Assert.True(Error.Contains(text, StringComparison.Ordinal) || Out.Contains(text, StringComparison.Ordinal), $"Nobody said '{text}'.\n{this}");
        }

        return this;
    }

    /// <summary>What was said, cut where it is long.</summary>
    public override string ToString() => $"--- out\n{Cut(Out)}\n--- error\n{Cut(Error)}";

    private static string Cut(string text) => text.Length <= 4_000 ? text : $"{text[..2_000]}\n[…]\n{text[^2_000..]}";
}
