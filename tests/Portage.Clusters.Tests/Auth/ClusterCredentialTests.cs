using Portage.Clusters.Auth;
using Portage.Clusters.Bulk;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests.Auth;

public sealed class ClusterCredentialTests
{
    private const string Secret = "s3cr3t-VALUE";
    private static readonly ClusterCredential[] All = [new ClusterCredential.Basic("ann", Secret), new ClusterCredential.ApiKey(Secret)];

    [Fact]
    public void ToString_AnyCredential_HoldsNoSecret()
    {
        foreach (var credential in All)
        {
            Assert.DoesNotContain(Secret, credential.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, new ClusterConnection("http://localhost:9200") { Credential = credential }.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, $"{(object)credential}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Create_ValuesThatCannotBeSent_ThrowsWithoutThem()
    {
        foreach (var create in (Action[])[() => _ = new ClusterCredential.Basic("a:b", Secret), () => _ = new ClusterCredential.Basic("a", Secret + "\n"), () => _ = new ClusterCredential.ApiKey(Secret + "\n"), () => _ = new ClusterCredential.ApiKey("")])
        {
            Assert.DoesNotContain(Secret, Assert.Throws<ArgumentException>(create).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Connection_EndpointWithPassword_ThrowsWithoutIt() =>
        Assert.DoesNotContain(Secret, Assert.Throws<ArgumentException>(() => new ClusterConnection($"https://ann:{Secret}@localhost")).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("localhost:9200")]
    [InlineData("ftp://localhost")]
    [InlineData("http://localhost/?a=b")]
    [InlineData("")]
    public void Connection_NotAnEndpoint_Throws(string endpoint) => Assert.Throws<ArgumentException>(() => new ClusterConnection(endpoint));

    [Fact]
    public async Task SendAsync_EachCredential_SendsItsHeader()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("{}"));
        foreach (var credential in All.Append(ClusterCredential.Anonymous))
        {
            using var client = new ClusterClient(new(server.Endpoint) { Credential = credential }, TimeProvider.System);
            await client.SendAsync(HttpMethod.Get, "/", null, null, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            ["Basic YW5uOnMzY3IzdC1WQUxVRQ==", $"ApiKey {Secret}", null],
            server.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization")));
    }

    [Fact]
    public async Task AnyFailure_ServerEchoesTheSecret_ShowsItNowhere()
    {
        var replies = new Func<ScriptedRequest, ScriptedReply>[]
        {
            request => ScriptedReply.Error(401, "security_exception", $"bad {request.Headers["Authorization"]} or {Secret}"),
            request => ScriptedReply.Error(400, "some_exception", $"bad {request.Headers["Authorization"]} or {Secret}"),
            request => ScriptedReply.Error(403, "cluster_block_exception", $"index [{Secret}] blocked by: [FORBIDDEN/8/{request.Headers["Authorization"]}];"),
            request => ScriptedReply.Page(404, $"No {request.Headers["Authorization"]} {Secret}"),
            request => ScriptedReply.Page(200, $"Debug {request.Headers["Authorization"]} {Secret}"),
            request => ScriptedReply.Page(502, $"Debug {request.Headers["Authorization"]} {Secret}"),
            request => ScriptedReply.Json($$$$"""{"errors":true,"items":[{"index":{"status":403,"error":{"type":"security_exception","reason":"{{{{Secret}}}}"}}}]}"""),
        };
        foreach (var credential in All)
        {
            foreach (var reply in replies)
            {
                await using var server = new ScriptedServer(reply);
                using var client = new ClusterClient(new(server.Endpoint) { Credential = credential }, TimeProvider.System);
                var pipeline = new BulkPipeline(client, new(), new() { Backoff = new() { ElapsedMax = TimeSpan.Zero, First = TimeSpan.FromMilliseconds(1) } }, new InstantClock(), new Random(1));
                foreach (var failure in (Exception?[])[
                    await Record.ExceptionAsync(() => client.RequestAsync(HttpMethod.Get, "/", null, TestContext.Current.CancellationToken)),
                    await Record.ExceptionAsync(() => client.GetInfoAsync(TestContext.Current.CancellationToken)),
                    await Record.ExceptionAsync(() => pipeline.ResultsAsync(Operations.Numbered(1)))])
                {
                    if (failure is ClusterException known)
                    {
                        var shown = $"{known}{known.ToDiagnostic("targets.blue")}{pipeline.State}";
                        Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
                        Assert.DoesNotContain("YW5uOnMzY3IzdC1WQUxVRQ==", shown, StringComparison.Ordinal);
                    }
                    else
                    {
                        Assert.Null(failure);
                    }
                }
            }
        }
    }
}
