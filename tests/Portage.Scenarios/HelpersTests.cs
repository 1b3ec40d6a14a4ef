using System.Text.Json;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Several processes copy for one step, and some of them are killed.</summary>
public sealed class HelpersTests
{
    private const string Step = "shop/all@blue:backfill";
    private const int Copying = 4;

    private static readonly string[] Indices = ["big", "logs", "packed", "sorted", "stored"];

    [Theory]
    [InlineData("helper", "helper")]
    [InlineData("worker", "helper")]
    [InlineData("controller", "helper")]
    public async Task Kill_TwoOfThoseThatCopy_EveryDocumentIsThereOnceAndFewBatchesAreSentAgain(string first, string second)
    {
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        target.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(40);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(Configuration(fixture["repo"], target.Endpoint), "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(() => workflow.Background().Count(found => found.What == "helper") == Copying - 1 && Sent(target) > 50, "helpers that have begun");

        foreach (var victim in (string[])[first, second])
        {
            if (workflow.Background().Where(found => found.What == victim).Select(found => (int?)found.Process).FirstOrDefault() is { } process)
            {
                await Processes.KillAsync(process);
            }
        }

        var golden = Indices.Sum(index => Golden(fixture, index).Count);
        Assert.InRange(Sent(target), 50, golden - 1);
        (await workflow.RunAsync("start", "--attach")).Expect(0);

        foreach (var index in Indices)
        {
            var there = target.Documents(index);
            Assert.Equal(Golden(fixture, index), there.Select(document => document.Id).Order(StringComparer.Ordinal));
            Assert.All(there, document => Assert.Equal(1, document.Version));
        }

        var numbers = Samples.StepsOf((await workflow.RunAsync("status", "--output", "json")).Expect(0).Json).Single(step => step.GetProperty("step").GetString() == Step).GetProperty("report").GetProperty("numbers");
        Assert.Equal((golden, 0), (numbers.GetProperty("accepted").GetInt32(), numbers.GetProperty("existing").GetInt32()));

        // One connection each: of each that was killed one request at most was not written down, and of the worker, who writes it down, one of each.
        Assert.InRange(target.Requests.Bulks - Batches(workflow), 0, first == "worker" ? 2 * Copying : 4);
        await Eventually.Async(() => !workflow.Background().Any(), "the end of all of them");
    }

    private static string Configuration(string repository, string endpoint) => $$"""
        targets:
          blue: { endpoint: "{{endpoint}}" }
        migrations:
          shop:
            snapshots:
              main: { repository: { file: { path: "{{repository}}" } }, existing: second }
            slices:
              all:
                indices: { include: [{{string.Join(", ", Indices)}}] }
                metadata: { approve: none }
                backfill: { processes: {{Copying}}, workers: 1, connections: {{Copying}}, operationCountMax: 5, rangeBytes: 4096 }
                validate: { connections: 2 }
        """;

    private static int Sent(SandboxCluster target) => Indices.Sum(index => target.Documents(index).Count);

    private static List<string> Golden(TempFolder fixture, string index) =>
        [.. File.ReadLines(Path.Combine(fixture["golden"], "second", $"{index}.ndjson")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];

    /// <summary>Steps forward that the backfill has written down.</summary>
    private static int Batches(Workflow workflow) =>
        Directory.EnumerateFiles(Path.Combine(workflow.Home, "work"), "journal.jsonl", SearchOption.AllDirectories)
            .Where(file => file.Contains("=backfill", StringComparison.Ordinal))
            .SelectMany(File.ReadLines)
            .Count(line => line.Contains("\"done\":false", StringComparison.Ordinal));
}
