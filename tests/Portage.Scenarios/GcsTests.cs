using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>A repository in a bucket of what speaks like Google Cloud Storage.</summary>
public sealed class GcsTests
{
    private const string Bucket = "snapshots";

    [Fact]
    public async Task Start_RepositoryInABucket_EveryDocumentArrives()
    {
        await using var store = await FilledAsync();
        using var account = new GcsAccount("reader@portage.example");
        store.Accounts.Add(account);
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(account.KeyFile(store.Tokens), "credentials", "create", "bucket-reader")).Expect(0);
        (await workflow.PipeAsync($$"""
            targets:
              blue: { endpoint: "{{target.Endpoint}}" }
            migrations:
              shop:
                snapshots:
                  main:
                    repository: { gcs: { bucket: {{Bucket}}, prefix: prod/search, endpoint: "{{store.Endpoint}}", auth: { key: { secret: bucket-reader } } } }
                    existing: nightly
                slices:
                  all: { metadata: { approve: none }, backfill: { workers: 1 } }

            """, "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(0).Says("snapshot nightly: SUCCESS, 3 indices");
        var followed = await workflow.RunAsync("start", "--attach");
        followed.Expect(0).Says("1,335 documents compared: all the same");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Ran[] told = [followed, await workflow.RunAsync("log"), await workflow.RunAsync("configure", "show")];
        Secrets.AreNowhere(workflow, account.Secret, told);
        Secrets.AreNowhere(workflow, account.Token!, told);
    }

    [Fact]
    public async Task Snapshot_OfABucket_IsReadWithoutAConfiguration()
    {
        await using var store = await FilledAsync();
        using var account = new GcsAccount("reader@portage.example");
        using var stranger = new GcsAccount("stranger@portage.example") { MayRead = false };
        store.Accounts.Add(account);
        store.Accounts.Add(stranger);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(account.KeyFile(store.Tokens), "credentials", "create", "reader")).Expect(0);
        (await workflow.PipeAsync(stranger.KeyFile(store.Tokens), "credentials", "create", "stranger")).Expect(0);
        (await workflow.PipeAsync("{}", "credentials", "create", "malformed")).Expect(0);
        string[] At(string place, params string[] login) => ["snapshot", "list", "--repository", place, "--endpoint", store.Endpoint, .. login];
        (await workflow.RunAsync(At("gs://snapshots/prod/search/", "--keys", "reader"))).Expect(0).Says("nightly");
        (await workflow.RunAsync(At("gs://snapshots/prod", "--keys", "reader"))).Expect(1).Says("PG3002");
        (await workflow.RunAsync(At("gs://nowhere", "--keys", "reader"))).Expect(1).Says("PG3001").Says("has no bucket 'nowhere'");
        (await workflow.RunAsync(At("gs://", "--keys", "reader"))).Expect(2).Says("names no bucket");
        (await workflow.RunAsync(At("gs://snapshots", "--region", "x"))).Expect(2).Says("is of another kind");
        (await workflow.RunAsync(At("gs://snapshots/prod/search", "--keys", "stranger"))).Expect(1).Says("PG3020").Says("403 Forbidden: stranger@portage.example does not have storage.objects.list access");
        (await workflow.RunAsync(At("gs://snapshots/prod/search", "--anonymous"))).Expect(1).Says("PG3020").Says("401 Unauthorized: Anonymous caller");
        (await workflow.RunAsync(At("gs://snapshots/prod/search", "--keys", "malformed"))).Expect(1).Says("a key of a service account");

        // Where no login is named, it is looked for as all of Google's clients do.
        await workflow.WriteAsync("key.json", account.KeyFile(store.Tokens));
        workflow.With("GOOGLE_APPLICATION_CREDENTIALS", workflow["key.json"]);
        (await workflow.RunAsync(At("gs://snapshots/prod/search"))).Expect(0).Says("nightly");
        workflow.With("GOOGLE_APPLICATION_CREDENTIALS", workflow["nowhere.json"]);
        (await workflow.RunAsync(At("gs://snapshots/prod/search"))).Expect(1).Says("PG3020").Says("nowhere.json");
    }

    private static async Task<GcsServer> FilledAsync()
    {
        using var folder = new TempFolder();
        Samples.Unpack(folder["repository"]);
        var store = await GcsServer.StartAsync(Bucket, TestContext.Current.CancellationToken);
        store.PutFolder("prod/search", folder["repository"]);
        return store;
    }
}
