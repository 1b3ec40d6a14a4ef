using System.Security.Cryptography;
using System.Text;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>An answer that was kept is given only while it is true.</summary>
public sealed class KeptAnswerTests
{
    [Fact]
    public async Task Status_WhileNothingHappened_IsTheKeptAnswer()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        var first = (await workflow.RunAsync("status")).Expect(0).Out;
        Assert.Equal(first, (await workflow.RunAsync("status")).Expect(0).Out);

        // What is there is given as it is, or nobody would know that it is used at all.
        Replace(workflow, "status", "as it was kept\n");
        Assert.Equal("as it was kept\n", (await workflow.RunAsync("status")).Expect(0).Out);
        Assert.NotEqual("as it was kept\n", (await workflow.RunAsync("status", "--json")).Expect(0).Out);
    }

    [Fact]
    public async Task Status_AfterAnotherEvent_IsMadeAnew()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        (await workflow.RunAsync("status")).Expect(0);
        Replace(workflow, "status", "as it was kept\n");

        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.backfill.workers", "3")).Expect(0);
        (await workflow.RunAsync("status")).Expect(0).Says("is pending");
    }

    [Theory]
    [InlineData("")]
    [InlineData("no answer at all")]
    [InlineData("\u0000\u00ff\ufffd")]
    public async Task Status_KeptAnswerIsDamaged_IsMadeAnew(string damage)
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        var first = (await workflow.RunAsync("status")).Expect(0).Out;
        var file = Path.Combine(workflow.Home, "answers", "status");
        var kept = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        await File.WriteAllTextAsync(file, damage.Length == 0 ? kept.Replace("Session", "Passion", StringComparison.Ordinal) : damage, TestContext.Current.CancellationToken);
        Assert.Equal(first, (await workflow.RunAsync("status")).Expect(0).Out);
    }

    [Fact]
    public async Task Plan_OfWhatARepositoryHolds_IsKeptWhileItsFilesAreAsTheyWere()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"]));
        var first = (await workflow.RunAsync("plan")).Expect(0).Says("to create").Out;
        Replace(workflow, "plan", "as it was kept\n");
        Assert.Equal("as it was kept\n", (await workflow.RunAsync("plan")).Expect(0).Out);

        // A file that is touched, and one that is gone.
        var latest = Directory.EnumerateFiles(workflow["repository"], "index-*").First();
        File.SetLastWriteTimeUtc(latest, File.GetLastWriteTimeUtc(latest).AddSeconds(-5));
        Assert.Equal(first, (await workflow.RunAsync("plan")).Expect(0).Out);
        Replace(workflow, "plan", "as it was kept\n");
        File.Delete(Directory.EnumerateFiles(workflow["repository"], "snap-*.dat", SearchOption.AllDirectories).First(file => Path.GetDirectoryName(file) != workflow["repository"]));
        Assert.DoesNotContain("as it was kept", (await workflow.RunAsync("plan")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ThatAsksACluster_LooksEachTime()
    {
        await using var source = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"])
            .Replace("existing: nightly", "take: {}", StringComparison.Ordinal)
            .Replace("    snapshots:", $"    source: {{ endpoint: \"{source.Endpoint}\" }}\n    snapshots:", StringComparison.Ordinal));
        (await workflow.RunAsync("plan")).Expect(0).Says("to create");
        Assert.False(File.Exists(Path.Combine(workflow.Home, "answers", "plan")));
    }

    [Fact]
    public async Task Answers_WhileARunIsUnderWayAndAfterIt_AreKeptOnlyAfterIt()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("status")).Expect(0).Says("Under review");
        Assert.False(File.Exists(Path.Combine(workflow.Home, "answers", "status")));

        (await workflow.RunAsync("approve", "--all")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        (await workflow.RunAsync("plan")).Expect(0).Says("Nothing to do");
        Replace(workflow, "plan", "as it was kept\n");
        Assert.Equal("as it was kept\n", (await workflow.RunAsync("plan")).Expect(0).Out);
    }

    /// <summary>Puts another answer in the place of the one that was kept, as one that is whole.</summary>
    private static void Replace(Workflow workflow, string verb, string text)
    {
        var file = Path.Combine(workflow.Home, "answers", verb);
        var kept = File.ReadAllLines(file);
        var rest = string.Concat(kept.Skip(2).TakeWhile(line => line.Length > 0).Select(line => $"{line}\n")) + $"\n{text}";
        File.WriteAllText(file, $"{kept[0]}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rest)))}\n{rest}");
    }
}
