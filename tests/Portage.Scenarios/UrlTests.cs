using System.Net;
using Microsoft.AspNetCore.Http;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>A repository that a web server shows, with TLS and a login.</summary>
public sealed class UrlTests : IAsyncDisposable
{
    private const string Login = "reader:well-hidden";
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new("files");
    private readonly Workflow _workflow = new();
    private WebFolder? _server;

    private string Address => $"https://localhost:{_server!.Port}/files/search";

    public async ValueTask DisposeAsync()
    {
        await _workflow.DisposeAsync();
        await (_server?.DisposeAsync() ?? default);
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Start_WorkerKilledInTheMiddle_EveryDocumentArrivesOnce()
    {
        await ServeAsync();
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        (await _workflow.PipeAsync(Configuration(target.Endpoint), "configure", "--file", "-")).Expect(0);
        (await _workflow.RunAsync("configure", "commit")).Expect(0);
        (await _workflow.RunAsync("configure", "validate", "--probe")).Expect(0).Says("snapshot nightly: SUCCESS, 3 indices");

        target.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(150);
        (await _workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(() => Samples.CountOn(target) is > 100 and < Samples.Documents, "the middle of the backfill");
        await Processes.KillAsync(_workflow.Find("worker")!.Value);
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        var followed = await _workflow.RunAsync("start", "--attach");
        followed.Expect(0).Says("1,335 documents compared: all the same");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Secrets.AreNowhere(_workflow, Login, followed, await _workflow.RunAsync("log"), await _workflow.RunAsync("configure", "show"));
    }

    /// <summary>What a web server shows may change without a trace on this machine: nothing that was made of it is kept.</summary>
    [Fact]
    public async Task Plan_AskedAgain_LooksThereAgain()
    {
        await ServeAsync();
        (await _workflow.PipeAsync(Configuration("http://127.0.0.1:1"), "configure", "--file", "-")).Expect(0);
        (await _workflow.RunAsync("configure", "commit")).Expect(0);
        (await _workflow.RunAsync("plan")).Says("3 indices");
        File.Delete(_folder["index.latest"]);
        (await _workflow.RunAsync("plan")).Says("PG3002").Says(Address).Says("no 'index.latest'");
    }

    [Fact]
    public async Task Snapshot_OfAWebServer_IsReadWithoutAConfiguration()
    {
        await ServeAsync();
        string[] there = ["--repository", Address + "/", "--ca-file", _workflow["ca.pem"], "--keys", "files-reader"];
        (await _workflow.RunAsync(["snapshot", "list", .. there])).Expect(0).Says("nightly");
        var documents = (await _workflow.RunAsync(["snapshot", "documents", "nightly", "--index", "customers", .. there])).Expect(0).Out;
        Assert.Equal((await _workflow.RunAsync("snapshot", "documents", "nightly", "--index", "customers", "--repository", _folder.Path)).Out, documents);
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--allow-insecure", "--keys", "files-reader")).Expect(0);

        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--keys", "files-reader")).Expect(1).Says("PG3020").Says("is not signed by an authority that the system trusts");
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--ca-file", _workflow["ca.pem"])).Expect(1).Says("401 Unauthorized: the server wants a login, and none is given");
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--ca-file", _workflow["nowhere.pem"])).Expect(1).Says("PG4010").Says("nowhere.pem");
        (await _workflow.PipeAsync("no colon", "credentials", "create", "malformed")).Expect(0);
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--keys", "malformed")).Expect(1).Says("USER:PASSWORD");
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--token", "malformed")).Expect(1).Says("of a token: one word");
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--region", "eu-central-1")).Expect(2).Says("is for a repository in S3");
        (await _workflow.RunAsync("snapshot", "list", "--repository", "https://reader:well-hidden@localhost/files")).Expect(2).Says("and no login");
        (await _workflow.RunAsync("snapshot", "list", "--repository", Address, "--keys", "a", "--token", "b")).Expect(2).Says("--keys and --token exclude each other");
    }

    private string Configuration(string target) => $$"""
        targets:
          blue: { endpoint: "{{target}}" }
        migrations:
          shop:
            snapshots:
              main:
                repository: { url: { endpoint: "{{Address}}", tls: { caFile: "{{_workflow["ca.pem"]}}" }, auth: { basic: { secret: files-reader } } } }
                existing: nightly
            slices:
              all: { metadata: { approve: none }, backfill: { workers: 1, connections: 1, operationCountMax: 50 } }

        """;

    private async Task ServeAsync()
    {
        Samples.Unpack(_folder.Path);
        await File.WriteAllTextAsync(_workflow["ca.pem"], _authority.Pem);
        _server = await WebFolder.StartAsync(_folder.Path, "/files/search", TestContext.Current.CancellationToken, _authority.Issue("localhost", IPAddress.Loopback));
        _server.Before = (context, next) =>
        {
            if (context.Request.Headers.Authorization == "Basic cmVhZGVyOndlbGwtaGlkZGVu")
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };
        (await _workflow.PipeAsync(Login, "credentials", "create", "files-reader")).Expect(0);
    }
}
