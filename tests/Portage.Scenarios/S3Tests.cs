using System.Net;
using System.Net.Sockets;
using System.Text;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>A repository in a bucket of a real server that speaks like S3.</summary>
public sealed class S3Tests
{
    private const string Bucket = "snapshots";
    private const string Login = $"{S3Objects.AccessKey}:{S3Objects.SecretKey}";

    [Fact]
    public async Task Start_WorkerKilledInTheMiddle_EveryDocumentArrivesOnce()
    {
        await using var store = await FilledAsync();
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(Login, "credentials", "create", "bucket-reader")).Expect(0);
        (await workflow.PipeAsync(Configuration(target.Endpoint, store.Endpoint, "auth: { keys: { secret: bucket-reader } }"), "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(0).Says("snapshot nightly: SUCCESS, 3 indices");

        target.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(150);
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(() => Samples.CountOn(target) is > 100 and < Samples.Documents, "the middle of the backfill");
        await Processes.KillAsync(workflow.Find("worker")!.Value);
        target.Faults.DelayPerBulk = TimeSpan.Zero;
        var followed = await workflow.RunAsync("start", "--attach");
        followed.Expect(0).Says("1,335 documents compared: all the same");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Secrets.AreNowhere(workflow, Login, followed, await workflow.RunAsync("log"), await workflow.RunAsync("configure", "show"));
    }

    /// <summary>What a bucket holds may change without a trace on this machine: nothing that was made of it is kept.</summary>
    [Fact]
    public async Task Plan_AskedAgain_LooksIntoTheBucketAgain()
    {
        await using var store = await FilledAsync();
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(Login, "credentials", "create", "bucket-reader")).Expect(0);
        (await workflow.PipeAsync(Configuration("http://127.0.0.1:1", store.Endpoint, "auth: { keys: { secret: bucket-reader } }"), "configure", "--file", "-")).Expect(0);
        (await workflow.PipeAsync(Configuration("http://127.0.0.1:1", store.Endpoint, "auth: { keys: { secret: bucket-reader } }").Replace($"bucket: {Bucket}", "bucket: nowhere", StringComparison.Ordinal), "configure", "validate", "--probe", "--file", "-")).Expect(1)
            .Says("(migrations.shop.snapshots.main.repository.s3.endpoint)").Says("of 2 clusters and repositories none can be used: targets.blue, migrations.shop.snapshots.main.");
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("plan")).Says("3 indices");
        await store.KillAsync(TestContext.Current.CancellationToken);
        (await workflow.RunAsync("plan")).Says("PG3020").Says("s3://snapshots/prod/search at http://127.0.0.1:");
    }

    [Fact]
    public async Task Snapshot_OfABucket_IsReadWithoutAConfiguration()
    {
        await using var store = await FilledAsync();
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(Login, "credentials", "create", "bucket-reader")).Expect(0);
        string[] there = ["--repository", "s3://snapshots/prod/search/", "--endpoint", store.Endpoint, "--keys", "bucket-reader"];
        (await workflow.RunAsync(["snapshot", "list", .. there])).Expect(0).Says("nightly");
        var documents = (await workflow.RunAsync(["snapshot", "documents", "nightly", "--index", "customers", .. there])).Expect(0).Out;
        Samples.Unpack(workflow["repository"]);
        Assert.Equal((await workflow.RunAsync("snapshot", "documents", "nightly", "--index", "customers", "--repository", workflow["repository"])).Out, documents);

        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://snapshots/prod", "--endpoint", store.Endpoint, "--keys", "bucket-reader")).Expect(1).Says("PG3002");
        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://nowhere", "--endpoint", store.Endpoint, "--keys", "bucket-reader")).Expect(1).Says("PG3001").Says("(--endpoint)");
        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://no_", "--endpoint", store.Endpoint, "--keys", "bucket-reader")).Expect(2).Says("'no_' does not begin and end with a letter or digit");
        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://snapshots/prod/search", "--endpoint", store.Endpoint, "--path-style", "true", "--keys", "bucket-reader")).Expect(0).Says("nightly");
        (await workflow.PipeAsync("portage:wrong", "credentials", "create", "wrong")).Expect(0);
        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://snapshots/prod/search", "--endpoint", store.Endpoint, "--keys", "wrong")).Expect(1).Says("403 SignatureDoesNotMatch");
        (await workflow.PipeAsync("no colon", "credentials", "create", "malformed")).Expect(0);
        (await workflow.RunAsync("snapshot", "list", "--repository", "s3://snapshots/prod/search", "--endpoint", store.Endpoint, "--keys", "malformed")).Expect(1).Says("ACCESS_KEY:SECRET_KEY");
        (await workflow.RunAsync("snapshot", "list", "--repository", workflow["repository"], "--endpoint", store.Endpoint)).Expect(2).Says("is for a repository in S3");
    }

    /// <summary>The keys are used to take on the role, and what that gives is used for the bucket.</summary>
    [Fact]
    public async Task Probe_WithARole_TakesItOn()
    {
        await using var store = await FilledAsync();
        await using var tokens = new TokenService(S3Objects.AccessKey, S3Objects.SecretKey);
        await using var workflow = new Workflow();
        workflow.With("AWS_ENDPOINT_URL_STS", $"http://127.0.0.1:{tokens.Port}");
        (await workflow.PipeAsync("somebody:else", "credentials", "create", "bucket-reader")).Expect(0);
        var auth = "auth: { keys: { secret: bucket-reader } }, role: \"arn:aws:iam::123456789012:role/reader\"";
        (await workflow.PipeAsync(Configuration("http://127.0.0.1:1", store.Endpoint, auth), "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "validate", "--probe")).Says("snapshot nightly: SUCCESS, 3 indices");
        Assert.Contains("RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader", await tokens.Asked, StringComparison.Ordinal);
    }

    private static string Configuration(string target, string store, string more) => $$"""
        targets:
          blue: { endpoint: "{{target}}" }
        migrations:
          shop:
            snapshots:
              main:
                repository: { s3: { bucket: {{Bucket}}, prefix: prod/search, endpoint: "{{store}}", {{more}} } }
                existing: nightly
            slices:
              all: { metadata: { approve: none }, backfill: { workers: 1, connections: 1, operationCountMax: 50 } }

        """;

    private static async Task<RealServer> FilledAsync()
    {
        using var folder = new TempFolder();
        Samples.Unpack(folder["repository"]);
        var store = await RealServer.S3Async(TestContext.Current.CancellationToken);
        await S3Objects.FillAsync(store, Bucket, "prod/search", folder["repository"], TestContext.Current.CancellationToken);
        return store;
    }

    /// <summary>Answers one request as AWS STS answers AssumeRole, with keys of its own.</summary>
    private sealed class TokenService : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _ending = new();

        public TokenService(string accessKey, string secretKey)
        {
            _listener.Start();
            Asked = AnswerAsync(accessKey, secretKey);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>The request.</summary>
        public Task<string> Asked { get; }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await Task.WhenAny(Asked);
            _listener.Dispose();
            _ending.Dispose();
        }

        private async Task<string> AnswerAsync(string accessKey, string secretKey)
        {
            using var client = await _listener.AcceptTcpClientAsync(_ending.Token);
            var (request, buffer) = (new StringBuilder(), new byte[16 * 1024]);
            while (!request.ToString().Contains("RoleArn=", StringComparison.Ordinal))
            {
                request.Append(Encoding.UTF8.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, _ending.Token)));
            }

            var body = $"""
                <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
                <AccessKeyId>{accessKey}</AccessKeyId><SecretAccessKey>{secretKey}</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
                </Credentials></AssumeRoleResult></AssumeRoleResponse>
                """;
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"), _ending.Token);
            return request.ToString();
        }
    }
}
