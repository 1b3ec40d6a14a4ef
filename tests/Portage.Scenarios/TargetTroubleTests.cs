using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>Targets that refuse, are full, are not there, or take some documents only.</summary>
public sealed class TargetTroubleTests
{
    private const string Backfill = "shop/orders@blue:backfill";

    [Fact]
    public async Task Start_WrongPassword_FailsAndGoesOnWithTheRightOne()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions { Credentials = new("admin", "right") }, TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        (await workflow.PipeAsync("admin:wrong", "credentials", "create", "blue-admin")).Expect(0);
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], auth: "{ basic: { secret: blue-admin } }"));

        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(1).Says("error PG4004", "targets.blue");
        var failed = (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG4004");
        Assert.DoesNotContain("wrong", failed.Out + failed.Error, StringComparison.Ordinal);

        (await workflow.PipeAsync("admin:right", "credentials", "create", "blue-admin")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task Start_SecretMissingOrReadableByOthers_SaysHowToMendIt()
    {
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration("http://127.0.0.1:1", workflow["repository"], auth: "{ basic: { secret: blue-admin } }"));
        (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG5001", "PORTAGE_SECRET_BLUE_ADMIN");

        (await workflow.PipeAsync("admin:secret", "credentials", "create", "blue-admin")).Expect(0);
        File.SetUnixFileMode(Path.Combine(workflow.Home, "secrets", "blue-admin"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (await workflow.RunAsync("start", "--attach")).Expect(1).Says("PG5002", "mode 404");
    }

    [Fact]
    public async Task Start_WrongPort_TriesAgainAndSaysWhy()
    {
        await using var workflow = new Workflow();
        var nobody = FreePort();
        await Samples.CommitAsync(workflow, Samples.Configuration($"http://127.0.0.1:{nobody}", workflow["repository"]));

        (await workflow.RunAsync("configure", "validate", "--probe")).Expect(1).Says("error PG4001", $"127.0.0.1:{nobody}");
        (await workflow.RunAsync("start")).Expect(0);
        Ran status = null!;
        await Eventually.Async(async () => (status = await workflow.RunAsync("status")).Out.Contains(" failed at ", StringComparison.Ordinal), "the first failure");

        status.Says($"127.0.0.1:{nobody}", "Tries again at");

        // Somebody starts the cluster: nothing has to be done here.
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions { Port = nobody }, TestContext.Current.CancellationToken);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Theory]
    [InlineData(SandboxWriteBlock.ReadOnly)]
    [InlineData(SandboxWriteBlock.FloodStage)]
    public async Task Start_TargetTakesNoWrites_SaysWhyAndGoesOnWhenItDoes(SandboxWriteBlock block)
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("pause", "*:backfill")).Expect(0);
        (await workflow.RunAsync("approve", "--all")).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(3).Says("paused");

        target.Faults.WriteBlock = block;
        (await workflow.RunAsync("resume")).Expect(0);
        await Eventually.Async(async () => (await workflow.RunAsync("status")).Out.Contains("block", StringComparison.OrdinalIgnoreCase), "the reason of the wait");
        Assert.Equal(0, Samples.CountOn(target));

        target.Faults.WriteBlock = SandboxWriteBlock.None;
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
        Assert.Equal(0, (await Samples.StatusOfAsync(workflow, Backfill)).GetProperty("report").GetProperty("numbers").GetProperty("rejected").GetInt64());
    }

    [Fact]
    public async Task Start_TargetRejectsDocuments_CountsCloseAndAPersonIsAsked()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();

        // A date where the documents have a name: none of the 150 customers fits.
        await PutAsync(target, "customers", """{"mappings":{"properties":{"name":{"type":"date"}}}}""");
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }"));

        (await workflow.RunAsync("start", "--attach")).Expect(3).Says("rejected == 0 (is 150)");

        var status = await Samples.StatusOfAsync(workflow, Backfill);
        Assert.Equal("underReview", status.GetProperty("status").GetString());
        var findings = Directory.GetFiles(Path.Combine(workflow.Home, "work"), "*", SearchOption.AllDirectories).Single(file => Path.GetFileName(file).Contains("findings", StringComparison.Ordinal));
        (await workflow.RunAsync("approve", "--list")).Expect(0).Says("1,335 documents: 1,185 accepted, 150 rejected, 0 filtered", "customers: 0 accepted, 150 rejected", findings);
        var rejected = (await File.ReadAllLinesAsync(findings, TestContext.Current.CancellationToken)).Where(line => line.Length > 0).ToArray();
        Assert.Equal(150, rejected.Length);
        Assert.Contains("mapper_parsing_exception", rejected[0], StringComparison.Ordinal);
        using (var first = JsonDocument.Parse(rejected.Single(line => line.Contains("\"id\":\"c0\"", StringComparison.Ordinal))))
        {
            Assert.Equal("{\"name\": \"Fátima 0\", \"city\": \"Köln\", \"since\": \"2022-01-11\"}", first.RootElement.GetProperty("source").GetString());
        }

        // What a person let pass is known to be missing, and is not asked about again.
        (await workflow.RunAsync("approve", Backfill, "--comment", "known")).Expect(0);
        // The run that asked may have ended by itself since.
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        (await workflow.RunAsync("explain", Backfill.Replace("backfill", "validate", StringComparison.Ordinal))).Expect(0).Says("150 rejected by the backfill");
        (await workflow.RunAsync("explain", Backfill)).Expect(0).Says("known");
    }

    [Fact]
    public async Task Start_ResultWasRejected_IsTakenBackAndDoneAnew()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await PutAsync(target, "customers", """{"mappings":{"properties":{"name":{"type":"date"}}}}""");
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ skip: true }"));
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("reject", Backfill, "--comment", "wrong mapping")).Expect(0);
        await SendAsync(target, HttpMethod.Delete, "customers", null);
        await PutAsync(target, "customers", """{"mappings":{"properties":{"name":{"type":"text"}}}}""");

        (await workflow.RunAsync("plan")).Expect(0).Says($"redo    {Backfill}", "because rejected by alice: wrong mapping");

        // What was written goes, which nobody has allowed yet: not the plan, and not the evaluation that looks at it once more.
        var refused = (await workflow.RunAsync("start", "--attach")).Expect(2).Says("PG2020", "1,185 documents in 2 indices on blue");
        var plan = refused.Error[(refused.Error.IndexOf("--plan ", StringComparison.Ordinal) + 7)..][..8];
        (await workflow.RunAsync("start", "--attach", "--plan", plan)).Expect(3).Says("destroys 1,185 documents in 2 indices on blue; waits for approval");
        (await workflow.RunAsync("approve", Backfill)).Expect(0);
        (await workflow.RunAsync("start", "--attach")).Expect(0);
        (await workflow.RunAsync("explain", Backfill.Replace("backfill", "validate", StringComparison.Ordinal))).Expect(0).Says("1,335 documents compared: all the same");
        Assert.Equal(Samples.Documents, Samples.CountOn(target));
    }

    [Fact]
    public async Task Start_IndexThereWithAnotherMapping_IsShownAndLeftAlone()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await PutAsync(target, "customers", """{"mappings":{"properties":{"name":{"type":"date"}}}}""");
        await Samples.CommitAsync(workflow, Samples.Configuration(target.Endpoint, workflow["repository"], metadata: "{ approve: manual }"));

        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("approve", "--list")).Expect(0).Says("customers", "name");

        (await workflow.RunAsync("reject", "--all")).Expect(0);
        Assert.Equal(["customers"], target.Indices);
        Assert.Empty(target.Documents("customers"));
    }

    private static Task PutAsync(SandboxCluster target, string index, string body) => SendAsync(target, HttpMethod.Put, index, body);

    private static async Task SendAsync(SandboxCluster target, HttpMethod method, string index, string? body)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, $"{target.Endpoint}/{index}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
