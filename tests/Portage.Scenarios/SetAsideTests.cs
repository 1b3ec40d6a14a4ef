using System.Text;
using System.Text.Json;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>What a backfill sets aside of a target comes back, whatever becomes of the backfill.</summary>
public sealed class SetAsideTests
{
    private const string Backfill = "shop/orders@blue:backfill";

    [Theory]
    [InlineData("removed")]
    [InlineData("skipped")]
    [InlineData("renamed")]
    [InlineData("moved")]
    [InlineData("stopped")]
    public async Task Start_KilledWhileAFinalPipelineWasAside_SetsItAgain(string edit)
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await SendAsync(target, HttpMethod.Put, "customers", """{"settings":{"index.final_pipeline":"last"}}""");
        var configuration = Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }", backfill: "{ workers: 1, connections: 1, operationCountMax: 5 }");
        await Samples.CommitAsync(workflow, configuration);

        // Hundreds of requests are to come by then.
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(async () => await PipelineAsync(target) == "_none", "a pipeline that is aside");
        foreach (var (process, _) in workflow.Background().OrderBy(found => found.What).ToArray())
        {
            await Processes.KillAsync(process);
        }

        Assert.Equal("_none", await PipelineAsync(target));
        if (edit == "stopped")
        {
            (await workflow.RunAsync("stop")).Expect(0);
            await Eventually.Async(async () => await PipelineAsync(target) == "last", "the pipeline");
            return;
        }

        await Samples.CommitAsync(workflow, edit switch
        {
            "removed" => configuration.Replace("      orders:", "      others:", StringComparison.Ordinal).Replace("\"orders-*\", \"customers\"", "\"orders-*\"", StringComparison.Ordinal),
            "moved" => configuration.Replace("\"orders-*\", \"customers\"", "\"orders-*\"", StringComparison.Ordinal) + """
                      others:
                        indices: { include: [customers] }
                        metadata: { skip: true }
                """,
            "renamed" => configuration.Replace("      orders:", "      renamed:", StringComparison.Ordinal),
            _ => Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }", backfill: "{ skip: true }"),
        });
        if (edit != "moved")
        {
            (await workflow.RunAsync("plan")).Says($"{Backfill} ended in the middle: a setting of blue that it had set aside, as a final pipeline, is put back");
        }

        await workflow.RunAsync("start", "--attach");

        Assert.Equal("last", await PipelineAsync(target));
    }

    private static async Task<string?> PipelineAsync(SandboxCluster target)
    {
        using var client = new HttpClient { BaseAddress = new(target.Endpoint) };
        using var answer = JsonDocument.Parse(await client.GetStringAsync(new Uri("customers/_settings?flat_settings=true", UriKind.Relative), TestContext.Current.CancellationToken));
        return answer.RootElement.GetProperty("customers").GetProperty("settings").TryGetProperty("index.final_pipeline", out var pipeline) ? pipeline.GetString() : null;
    }

    private static async Task SendAsync(SandboxCluster target, HttpMethod method, string path, string json)
    {
        using var client = new HttpClient { BaseAddress = new(target.Endpoint) };
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        (await client.SendAsync(request, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
    }
}
