namespace Portage.Repo;

/// <summary>Every step kind is killed at every moment, running and reverting.</summary>
public sealed class KillingTests
{
    private static readonly string Steps = Path.Combine(Checkout.Root, "src", "Portage.Steps");

    public static IEnumerable<string> Kinds => Directory.EnumerateFiles(Steps, "*Step.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) == $"{Path.GetFileName(Path.GetDirectoryName(file))}Step.cs")
        .Select(file => Path.GetFileName(Path.GetDirectoryName(file))!);

    public static TheoryData<string> KindsOfTheory => [.. Kinds];

    [Fact]
    public void Kinds_OfTheCatalog_AreAllFound()
    {
        var catalog = File.ReadAllText(Path.Combine(Steps, "StepCatalog.cs"));
        Assert.NotEmpty(Kinds);
        Assert.Equal(catalog.Split("Step()").Length - 1, Kinds.Count());
    }

    [Theory]
    [MemberData(nameof(KindsOfTheory))]
    public void Kind_OfStep_IsKilledRunningAndReverting(string kind)
    {
        var file = Path.Combine(Checkout.Root, "tests", "Portage.Steps.Tests", "Killing", $"Killed{kind}Tests.cs");
        Assert.True(File.Exists(file), $"No {file}: derive it from KillingKit.");
        var text = File.ReadAllText(file);
        Assert.Contains(": KillingKit", text, StringComparison.Ordinal);
        Assert.Contains("""[InlineData("run")]""", text, StringComparison.Ordinal);
        Assert.Contains("RevertAsync(new", text, StringComparison.Ordinal);
    }
}
