using Portage.Configuration.Editing;

namespace Portage.Configuration.Tests.Editing;

public sealed class ConfigurationDifferenceTests
{
    private const string Posts = "migrations.securitylogs.slices.posts";
    private static readonly string Small = Samples.Canonical(Samples.Small);

    [Fact]
    public void Between_TheSame_IsEmpty() => Assert.Empty(ConfigurationDifference.Between(Small, Small));

    [Fact]
    public void Between_AFieldThatLeavesItsDefault_ShowsTheDefault() =>
        Assert.Equal(
            [new(Posts + ".backfill.connections", "4", "8")],
            ConfigurationDifference.Between(Small, ConfigurationEditor.Update(Small, Posts + ".backfill.connections", "8").Canonical!));

    [Fact]
    public void Between_AFieldThatFallsBackToItsDefault_ShowsTheDefault() =>
        Assert.Equal(
            [new(Posts + ".backfill.workers", "4", "2")],
            ConfigurationDifference.Between(Small, ConfigurationEditor.Remove(Small, Posts + ".backfill.workers").Canonical!));

    [Fact]
    public void Between_ANameThatComes_ShowsOnlyWhatIsGiven() =>
        Assert.Equal(
            [new("migrations.securitylogs.slices.\"a.b\"", null, "{}")],
            ConfigurationDifference.Between(
                Samples.Canonical(Samples.Small.Replace("[posts]", "[.posts]", StringComparison.Ordinal)),
                ConfigurationEditor.Add(Samples.Canonical(Samples.Small.Replace("[posts]", "[.posts]", StringComparison.Ordinal)), "migrations.securitylogs.slices.\"a.b\"", "{}").Canonical!));

    [Fact]
    public void Between_AnObjectThatFills_ShowsItsFields() =>
        Assert.Equal(
            [new("migrations.a.source.endpoint", null, "\"http://localhost:9200\"")],
            ConfigurationDifference.Between("""{"migrations":{"a":{}}}""", """{"migrations":{"a":{"source":{"endpoint":"http://localhost:9200"}}}}"""));

    [Fact]
    public void Between_OneAlternativeForAnother_ShowsBoth() =>
        Assert.Equal(
            [new("migrations.securitylogs.snapshots.main.existing", "\"nightly\"", null), new("migrations.securitylogs.snapshots.main.take", null, "{}")],
            ConfigurationDifference.Between(Small, ConfigurationEditor.Update(Small, "migrations.securitylogs.snapshots.main", "{ repository: { file: { path: /mnt/snapshots } }, take: {} }").Canonical!));

    [Fact]
    public void Between_NothingAndSomething_ShowsAllOfIt() =>
        Assert.Equal(
            [new("targets.blue.endpoint", null, "\"https://blue.example:9200\"")],
            ConfigurationDifference.Between("{}", """{"targets":{"blue":{"endpoint":"https://blue.example:9200"}}}"""));
}
