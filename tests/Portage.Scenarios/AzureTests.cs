using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>A repository in a container of a real server that speaks like Azure.</summary>
public sealed class AzureTests
{
    private const string Container = "snapshots";

    [Fact]
    public async Task Start_RepositoryInAContainer_EveryDocumentArrives()
    {
        await using var store = await FilledAsync();
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(AzureObjects.ConnectionStringOf(store), "credentials", "create", "container-reader")).Expect(0);
        (await workflow.PipeAsync($$"""
            targets:
              blue: { endpoint: "{{target.Endpoint}}" }
            migrations:
              shop:
                snapshots:
                  main:
                    repository: { azure: { account: {{AzureObjects.Account}}, container: {{Container}}, prefix: prod/search, endpoint: "{{AzureObjects.EndpointOf(store)}}", auth: { connectionString: { secret: container-reader } } } }
                    existing: nightly
                slices:
                  all: { metadata: { approve: none }, backfill: { workers: 1 } }

            """, "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(0).Says("snapshot nightly: SUCCESS, 3 indices");
        var followed = await workflow.RunAsync("start", "--attach");
        followed.Expect(0).Says("1,335 documents compared: all the same");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Secrets.AreNowhere(workflow, AzureObjects.Key, followed, await workflow.RunAsync("log"), await workflow.RunAsync("configure", "show"));
    }

    [Fact]
    public async Task Snapshot_OfAContainer_IsReadWithoutAConfiguration()
    {
        await using var store = await FilledAsync();
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(AzureObjects.Key, "credentials", "create", "container-reader")).Expect(0);
        string[] Ask(string place, string secret) => ["snapshot", "list", "--repository", place, "--endpoint", AzureObjects.EndpointOf(store), "--keys", secret];
        (await workflow.RunAsync(Ask("azure://portage/snapshots/prod/search/", "container-reader"))).Expect(0).Says("nightly");
        (await workflow.RunAsync(Ask("azure://portage/snapshots/prod", "container-reader"))).Expect(1).Says("PG3002");
        (await workflow.RunAsync(Ask("azure://portage/nowhere", "container-reader"))).Expect(1).Says("PG3001");
        (await workflow.RunAsync(Ask("azure://portage", "container-reader"))).Expect(2).Says("names no container");
        (await workflow.PipeAsync("no-base-64!", "credentials", "create", "malformed")).Expect(0);
        (await workflow.RunAsync(Ask("azure://portage/snapshots/prod/search", "malformed"))).Expect(1).Says("a key of the account, in base 64");
    }

    private static async Task<RealServer> FilledAsync()
    {
        using var folder = new TempFolder();
        Samples.Unpack(folder["repository"]);
        var store = await RealServer.AzureAsync(TestContext.Current.CancellationToken);
        var files = Directory.EnumerateFiles(folder["repository"], "*", SearchOption.AllDirectories).Select(file => KeyValuePair.Create($"prod/search/{Path.GetRelativePath(folder["repository"], file)}", File.ReadAllBytes(file)));
        await AzureObjects.FillAsync(store, Container, files, TestContext.Current.CancellationToken);
        return store;
    }
}
