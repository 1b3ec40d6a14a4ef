using Portage.Configuration.Reading;
using Portage.Planning;
using Portage.Steps;

namespace Portage.Repo;

/// <summary>Each example can be taken as it is, but for its addresses and paths.</summary>
public sealed class ExamplesTests
{
    private static string Folder => Path.Combine(Checkout.Root, "examples");

    public static TheoryData<string> Examples() => [.. Directory.GetDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Read_Configuration_SaysNothing(string example)
    {
        var file = Path.Combine(Folder, example, "config.yaml");
        var read = ConfigurationReader.Read(File.ReadAllText(file), Path.GetFileName(file));
        Assert.Empty(read.Diagnostics);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Plan_Configuration_IsWhatTheReadmeShows(string example)
    {
        var config = ConfigurationReader.Read(File.ReadAllText(Path.Combine(Folder, example, "config.yaml")), "config.yaml").Config!;
        var (plan, _) = StepCatalog.Planner.Plan(config, new Dictionary<Model.Addresses.StepAddress, RecordedStep>());
        var readme = File.ReadAllText(Path.Combine(Folder, example, "README.md"));
        Complaints.None(plan.Changes
            .Select(change => $"{change.Word}  {change.Address}")
            .Where(line => !readme.Contains(line, StringComparison.Ordinal))
            .Select(line => $"examples/{example}/README.md does not show '{line}'"));
    }
}
