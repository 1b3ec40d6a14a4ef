using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Clusters behind a TLS reverse proxy with basic authentication: what goes through, and what is said when it does not.</summary>
public sealed class TlsProxyTests : IDisposable
{
    private const string SourceLogin = "reader:Qz7-källe:geheim";
    private const string TargetLogin = "admin:Vx9+/tür&\"offen\"";

    private readonly TempFolder _folder = new();
    private readonly TestAuthority _authority = new("Portage's own authority");
    private readonly X509Certificate2 _certificate;

    public TlsProxyTests()
    {
        _certificate = _authority.Issue("localhost", IPAddress.Loopback);
        File.WriteAllText(CaFile, _authority.Pem);
    }

    private string CaFile => _folder["ca.pem"];

    [Fact]
    public async Task Start_RealServersBehindProxiesThatMakeTrouble_EveryDocumentArrivesOnce()
    {
        await using var source = await RealServer.ElasticsearchAsync(TestContext.Current.CancellationToken);
        await using var target = await RealServer.OpenSearchAsync(TestContext.Current.CancellationToken);
        await using var old = await TlsProxy.StartAsync(source.Endpoint, _certificate, SourceLogin);
        await using var blue = await TlsProxy.StartAsync(target.Endpoint, _certificate, TargetLogin);
        using var sourceTalk = new ClusterTalk(source.Endpoint);
        using var targetTalk = new ClusterTalk(target.Endpoint);
        var documents = await KnownDocuments.FillAsync(sourceTalk);
        await using var workflow = new Workflow();
        workflow.With("PORTAGE_SECRET_OLD_READER", SourceLogin);
        (await workflow.PipeAsync(TargetLogin, "credentials", "create", "blue-admin")).Expect(0);
        await workflow.WriteAsync("shop.yaml", $$"""
            targets:
              blue:
                endpoint: {{blue.Endpoint}}
                auth: { basic: { secret: blue-admin } }
                tls: { caFile: "{{CaFile}}" }
            migrations:
              shop:
                source:
                  endpoint: "https://127.0.0.1:{{old.Port}}"
                  auth: { basic: { secret: old-reader } }
                  tls: { caFile: "{{CaFile}}" }
                snapshots:
                  main: { repository: { file: { path: "{{source.Data}}/repos/moving" } }, take: {} }
                slices:
                  all: { metadata: { approve: none }, backfill: { operationCountMax: 200 } }
            """);

        var troubles = Enum.GetValues<ProxyTrouble>();
        blue.Plan(Enumerable.Range(0, 20).Select(request => request % 2 == 0 ? troubles[request / 2 % troubles.Length] : default(ProxyTrouble?)));
        Directory.CreateDirectory($"{source.Data}/repos/moving");
        Ran[] ran =
        [
            (await workflow.RunAsync("configure", "--file", "shop.yaml")).Expect(0),
            (await workflow.RunAsync("configure", "validate", "--probe")).Expect(0),
            (await workflow.RunAsync("configure", "commit")).Expect(0),
            (await workflow.RunAsync("start", "--attach")).Expect(0),
            (await workflow.RunAsync("status")).Expect(0),
            (await workflow.RunAsync("log")).Expect(0),
        ];

        await documents.ArrivedOnceAsync(targetTalk);
        Assert.Equal(10, blue.TroubleCount);
        var backfill = (await Samples.StatusOfAsync(workflow, "shop/all@blue:backfill")).GetProperty("report").GetProperty("numbers");
        Assert.Equal(documents.Count, backfill.GetProperty("accepted").GetInt32());
        Assert.Equal(0, backfill.GetProperty("existing").GetInt32() + backfill.GetProperty("rejected").GetInt32());
        Secrets.AreNowhere(workflow, SourceLogin, ran);
        Secrets.AreNowhere(workflow, TargetLogin, ran);
    }

    [Fact]
    public async Task Start_AllowInsecure_AnyCertificateWillDo()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var blue = await TlsProxy.StartAsync(target.Endpoint, _certificate, TargetLogin);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(TargetLogin, "credentials", "create", "blue-admin")).Expect(0);
        await Samples.CommitAsync(workflow, Configuration(workflow, blue.Endpoint, "{ allowInsecure: true }"));

        (await workflow.RunAsync("start", "--attach")).Expect(0);

        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task Start_WrongPassword_SaysSoAndNeverWhichOne() =>
        await RefusedAsync(proxy => (proxy.Endpoint, TrustOwn), "PG4004", "401", "blue-admin");

    [Fact]
    public async Task Start_CaFileMissing_NamesTheFile() =>
        await RefusedAsync(proxy => (proxy.Endpoint, $"{{ caFile: \"{_folder["none.pem"]}\" }}"), "PG4010", _folder["none.pem"]);

    [Fact]
    public async Task Start_CaFileWithoutCertificate_NamesTheFile()
    {
        await File.WriteAllTextAsync(_folder["empty.pem"], "no certificate", TestContext.Current.CancellationToken);
        await RefusedAsync(proxy => (proxy.Endpoint, $"{{ caFile: \"{_folder["empty.pem"]}\" }}"), "PG4010", _folder["empty.pem"], "PEM");
    }

    [Fact]
    public async Task Start_CaFileOfAnotherAuthority_SaysWhoSignedTheCertificate()
    {
        using var other = new TestAuthority("another authority");
        await File.WriteAllTextAsync(_folder["other.pem"], other.Pem, TestContext.Current.CancellationToken);
        await RefusedAsync(proxy => (proxy.Endpoint, $"{{ caFile: \"{_folder["other.pem"]}\" }}"), "PG4002", "Portage's own authority", _folder["other.pem"]);
    }

    [Fact]
    public async Task Start_OwnAuthorityAndNoCaFile_SaysThatTheSystemTrustsItNot() =>
        await RefusedAsync(proxy => (proxy.Endpoint, null), "PG4002", "the system");

    [Fact]
    public async Task Start_PlainEndpointToATlsPort_SaysWhichSchemeFits() =>
        await RefusedAsync(proxy => ($"http://localhost:{proxy.Port}", null), "PG4003", "speaks TLS");

    [Fact]
    public async Task Start_TlsEndpointToAPlainPort_SaysWhichSchemeFits() =>
        await RefusedAsync(proxy => (proxy.Endpoint, TrustOwn), isTls: false, says: ["PG4003", "plain HTTP"]);

    [Fact]
    public async Task Configure_CaFileForAPlainEndpoint_AsksWhetherHttpsWasMeant()
    {
        await using var workflow = new Workflow();
        Samples.Unpack(workflow["repository"]);

        (await workflow.PipeAsync(Configuration(workflow, "http://localhost:9200", TrustOwn), "configure", "--file", "-")).Expect(0).Says("warning PG1034", "targets.blue.tls", "Next: workflow configure update targets.blue.endpoint https://localhost:9200");
    }

    [Fact]
    public async Task Start_WrongPort_SaysThatNobodyListensAndTriesAgain()
    {
        var nobody = FreePort();
        await using var workflow = new Workflow();
        (await workflow.PipeAsync(TargetLogin, "credentials", "create", "blue-admin")).Expect(0);
        await Samples.CommitAsync(workflow, Configuration(workflow, $"https://localhost:{nobody}", TrustOwn));

        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(1).Says("error PG4001", "targets.blue", $"localhost:{nobody}", "Next:");
        (await workflow.RunAsync("start")).Expect(0);
        await Eventually.Async(async () => (await workflow.RunAsync("status")).Out.Contains("Tries again at", StringComparison.Ordinal), "the first failure");

        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var blue = await TlsProxy.StartAsync(target.Endpoint, _certificate, TargetLogin);
        (await workflow.RunAsync("configure", "update", "targets.blue.endpoint", blue.Endpoint)).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    private string TrustOwn => $"{{ caFile: \"{CaFile}\" }}";

    private static string Configuration(Workflow workflow, string endpoint, string? tls) =>
        Samples.Configuration(endpoint, workflow["repository"], auth: $"{{ basic: {{ secret: blue-admin }} }}{(tls is null ? "" : $"\n    tls: {tls}")}");

    private Task RefusedAsync(Func<TlsProxy, (string Endpoint, string? Tls)> connect, params string[] says) => RefusedAsync(connect, isTls: true, says);

    /// <summary>A connection that cannot work: the check and the run say the same of it, with the place and what to do next.</summary>
    private async Task RefusedAsync(Func<TlsProxy, (string Endpoint, string? Tls)> connect, bool isTls, string[] says)
    {
        const string wrong = "admin:Not+the/right-1";
        await using var proxy = await TlsProxy.StartAsync($"http://127.0.0.1:{FreePort()}", isTls ? _certificate : null, TargetLogin);
        await using var workflow = new Workflow();
        var (endpoint, tls) = connect(proxy);
        (await workflow.PipeAsync(wrong, "credentials", "create", "blue-admin")).Expect(0);
        await Samples.CommitAsync(workflow, Configuration(workflow, endpoint, tls));

        Ran[] ran =
        [
            (await workflow.RunAsync("configure", "validate", "--probe")).Expect(1).Says([.. says, "targets.blue", "Next:"]),
            (await workflow.RunAsync("start", "--attach")).Expect(1).Says(says[0]),
            (await workflow.RunAsync("status")).Expect(0).Says([.. says, "Next:"]),
            (await workflow.RunAsync("log")).Expect(0),
            await workflow.RunAsync("explain", "shop/orders@blue:metadata"),
        ];
        Secrets.AreNowhere(workflow, wrong, ran);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
