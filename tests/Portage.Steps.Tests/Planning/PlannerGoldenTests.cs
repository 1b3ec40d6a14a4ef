using System.Text;
using Portage.Configuration;
using Portage.Configuration.Reading;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Steps.Tests.Planning;

/// <summary>
/// One folder a case: <c>config.yaml</c> was carried out to the end, <c>recorded.txt</c> says which steps stand otherwise,
/// <c>outputs.txt</c> which indices came out otherwise since, and <c>plan.txt</c> what starting <c>edited.yaml</c> would do.
/// </summary>
public sealed class PlannerGoldenTests
{
    private static string Folder => Path.Combine(Checkout.Root, "tests", "Portage.Steps.Tests", "Planning", "Goldens");

    public static TheoryData<string> Cases() => [.. Directory.EnumerateDirectories(Folder).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_AfterAnEdit_IsTheGolden(string name)
    {
        var recorded = Recorded(name);
        var (plan, diagnostics) = StepCatalog.Planner.Plan(Read(name, "edited.yaml"), recorded);
        var text = new StringBuilder();
        foreach (var change in plan.Changes)
        {
            text.Append(change.Word).Append(change.IsConditional ? "? " : " ").Append(change.Address).Append('\n');
            foreach (var reason in change.Because)
            {
                text.Append("    ").Append(reason.Text).Append('\n');
            }
        }

        text.Append(plan.IsEmpty ? "nothing to do\n" : "");
        text.Append(string.Concat(diagnostics.Select(diagnostic => $"{diagnostic.Severity} {diagnostic.Code} {diagnostic.Path}: {diagnostic.Detail}\n")));
        Golden.Verify(text.ToString(), $"Goldens/{name}/plan.txt");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_AfterAnEdit_MentionsEveryStepOnceAndIsTheSameAgain(string name)
    {
        var recorded = Recorded(name);
        var config = Read(name, "edited.yaml");
        var (plan, _) = StepCatalog.Planner.Plan(config, recorded);
        var wanted = StepCatalog.Planner.Wanted(config).Select(step => step.Address);
        var left = recorded.Values.Where(step => step.State != RecordedState.Absent).Select(step => step.Address);
        Assert.Equal(
            wanted.Union(left).Select(address => address.ToString()).Order(StringComparer.Ordinal),
            plan.Changes.Select(change => change.Address.ToString()).Order(StringComparer.Ordinal));

        var backwards = recorded.Reverse().ToDictionary();
        var (again, _) = StepCatalog.Planner.Plan(config, backwards);
        Assert.Equal(plan.Hash, again.Hash);
        Assert.Equal(plan.Changes.Select(change => (change.Word, change.Address)), again.Changes.Select(change => (change.Word, change.Address)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Plan_AfterTheEditWasCarriedOut_IsEmpty(string name)
    {
        var config = Read(name, "edited.yaml");
        var (plan, _) = StepCatalog.Planner.Plan(config, CarriedOut.Of(config));
        Assert.True(plan.IsEmpty);
        Assert.All(plan.Changes, change => Assert.IsType<StepChange.Keep>(change));
    }

    [Fact]
    public void Hash_OfTwoPlans_IsTheSameOnlyForTheSameChangesAndInputs()
    {
        var hashes = Cases().Select(row => row.Data).GroupBy(name => StepCatalog.Planner.Plan(Read(name, "edited.yaml"), Recorded(name)).Plan.Hash);
        Assert.All(hashes, group => Assert.Single(group.Select(name => File.ReadAllText(Path.Combine(Folder, name, "plan.txt"))).Distinct(StringComparer.Ordinal)));
    }

    private static MigrationConfig Read(string name, string file)
    {
        var read = ConfigurationReader.Read(File.ReadAllText(Path.Combine(Folder, name, file)), file);
        Assert.True(read.Config is not null && read.Canonical is not null, string.Join('\n', read.Diagnostics));
        return ConfigurationReader.ReadCanonical(read.Canonical!).Config!;
    }

    private static Dictionary<StepAddress, RecordedStep> Recorded(string name)
    {
        var recorded = CarriedOut.Of(Read(name, "config.yaml"));
        foreach (var line in Lines(name, "outputs.txt"))
        {
            var snapshot = recorded.Values.Single(step => step.Address.Kind == StepKind.Snapshot);
            recorded[snapshot.Address] = snapshot with { Outputs = CarriedOut.Outputs(snapshot.Address, index => index == line[0] ? line[1] : "as it was") };
        }

        foreach (var line in Lines(name, "recorded.txt"))
        {
            var address = StepAddress.Parse(line[0]);
            recorded[address] = line[1] switch
            {
                "absent" => recorded[address] with { State = RecordedState.Absent, Outputs = [], EffectsSince = null },
                "begun" => recorded[address] with { State = RecordedState.Begun, Outputs = [], Situation = "begun; goes on from its position" },
                _ => recorded[address] with { TakenBackAt = 100, EffectsSince = 101 },
            };
        }

        return recorded;
    }

    private static string[][] Lines(string name, string file)
    {
        var path = Path.Combine(Folder, name, file);
        return File.Exists(path) ? [.. File.ReadLines(path).Select(line => line.Split(' '))] : [];
    }
}
