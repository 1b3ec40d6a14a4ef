using System.Net;
using System.Net.Sockets;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;
using Portage.Model.Diagnostics;

namespace Portage.Clusters.Tests.Failures;

public sealed class ClusterFailuresTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_NothingListens_SaysConnectionRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var failure = await UnreachableAsync($"http://127.0.0.1:{port}");
        Assert.Equal(UnreachableCause.ConnectionRefused, failure.Cause);
        Assert.Equal($"http://127.0.0.1:{port} cannot be reached: connection refused: nothing listens on 127.0.0.1:{port}.", failure.Message);
        Assert.True(failure.MayPass);
        Assert.Equal((DiagnosticCatalog.Unreachable.Code, "targets.blue"), (failure.ToDiagnostic("targets.blue").Code, failure.ToDiagnostic("targets.blue").Path));
    }

    [Fact]
    public async Task Send_NameDoesNotResolve_SaysNameNotFound() =>
        Assert.Equal(UnreachableCause.NameNotFound, (await UnreachableAsync("http://no-such-host.invalid:9200")).Cause);

    [Fact]
    public async Task Send_ServerNeverAnswers_TimesOut()
    {
        var asked = new TaskCompletionSource();
        await using var server = new ScriptedServer(async (_, cancellation) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return new();
        });
        var time = new WatchedClock();
        using var client = new ClusterClient(new(server.Endpoint), time);
        var sending = client.SendAsync(HttpMethod.Get, "/", null, null, Cancellation);
        await asked.Task.WaitAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAsync<ClusterUnreachableException>(() => sending);
        Assert.Equal((UnreachableCause.RequestTimeout, "no complete answer within 60 s"), (failure.Cause, failure.Why));
    }

    [Fact]
    public async Task Send_CallerCancels_IsCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await using var server = new ScriptedServer(async (_, cancellation) =>
        {
            await cancelled.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            return new();
        });
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(HttpMethod.Get, "/", null, null, cancelled.Token));
    }

    [Fact]
    public async Task Send_ResetInTheMiddleOfTheBody_SaysConnectionLost()
    {
        await using var server = new ScriptedServer(_ => new() { Body = """{"name":"n"}""", ResetAfter = 5 });
        Assert.Equal(UnreachableCause.ConnectionLost, (await UnreachableAsync(server.Endpoint)).Cause);
    }

    [Theory]
    [InlineData(401, "PG4004")]
    [InlineData(403, "PG4005")]
    public async Task Request_CredentialRefused_SaysWhatTheServerSaid(int status, string code)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Error(status, "security_exception", "no permissions for [indices:admin/create]"));
        var failure = await RequestAsync<ClusterUnauthorizedException>(server);
        Assert.Equal((status, "no permissions for [indices:admin/create]"), (failure.Status, failure.Said));
        Assert.Equal(code, failure.ToDiagnostic(null).Code);
    }

    [Fact]
    public async Task Request_UnauthorizedInPlainText_SaysIt()
    {
        // The security plugin of OpenSearch answers so.
        await using var server = new ScriptedServer(_ => new() { Status = 401, ContentType = "text/plain", Body = "Unauthorized" });
        Assert.Equal("Unauthorized", (await RequestAsync<ClusterUnauthorizedException>(server)).Said);
    }

    [Fact]
    public async Task Request_IndexIsBlocked_NamesIndexAndBlock()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Error(
            429, "cluster_block_exception", "index [logs] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];"));
        var failure = await RequestAsync<ClusterBlockedException>(server);
        Assert.Equal("logs", failure.Index);
        Assert.Equal(["TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block"], failure.Blocks);
        Assert.True(failure.DiskIsFull);
        Assert.Equal(DiagnosticCatalog.ClusterBlocked.Code, failure.ToDiagnostic(null).Code);
    }

    [Fact]
    public async Task Request_ClusterIsStarting_IsNoLastingBlock()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Error(503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];"));
        Assert.Equal(503, (await RequestAsync<ClusterRequestException>(server)).Status);
    }

    [Fact]
    public async Task Request_ErrorWithCauses_KeepsTypeReasonAndCauses()
    {
        await using var server = new ScriptedServer(_ => new()
        {
            Status = 400,
            Body = """{"error":{"root_cause":[{"type":"mapper_parsing_exception","reason":"Failed","index":"logs"}],"type":"mapper_parsing_exception","reason":"Failed","caused_by":{"type":"a","reason":"because","caused_by":{"type":"b","reason":"deep down"}}},"status":400}""",
        });
        var failure = await RequestAsync<ClusterRequestException>(server);
        Assert.Equal((400, "mapper_parsing_exception", "Failed: deep down"), (failure.Status, failure.ErrorType, failure.Reason));
        Assert.Equal([new RootCause("mapper_parsing_exception", "Failed", "logs")], failure.RootCauses);
        Assert.Equal(DiagnosticCatalog.RequestRefused.Code, failure.ToDiagnostic(null).Code);
    }

    [Fact]
    public async Task Request_BadGatewayPage_IsTheTitleWithItsStatus()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Page(502, "502 Bad Gateway"));
        var failure = await RequestAsync<ClusterRequestException>(server);
        Assert.Equal((502, "502 Bad Gateway"), (failure.Status, failure.Reason));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(404)]
    public async Task Request_AnswerOfAnotherServer_IsNotACluster(int status)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Page(status, "Welcome") with { Headers = new Dictionary<string, string> { ["Server"] = "nginx/1.22", ["Location"] = "/login" } });
        var failure = await RequestAsync<NotAClusterException>(server);
        Assert.Contains("'Welcome' (text/html) from 'nginx/1.22'", failure.Message, StringComparison.Ordinal);
        Assert.Equal(DiagnosticCatalog.NotACluster.Code, failure.ToDiagnostic(null).Code);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Request_RedirectToAnotherServer_IsNotFollowed(int status)
    {
        await using var other = new ScriptedServer(_ => ScriptedReply.Json("{}"));
        await using var server = new ScriptedServer(_ => ScriptedReply.Page(status, "Moved") with { Headers = new Dictionary<string, string> { ["Location"] = other.Endpoint + "/logs" } });
        await RequestAsync<NotAClusterException>(server);
        Assert.Single(server.Requests);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Find_NotFoundPageOfAnotherServer_IsNotACluster()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Page(404, "Not Found"));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        await Assert.ThrowsAsync<NotAClusterException>(() => client.FindAsync(HttpMethod.Get, "/logs", Cancellation));
    }

    [Fact]
    public async Task Send_EndpointWithAPath_AppendsToIt()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("{}"));
        using var client = new ClusterClient(new(server.Endpoint + "/search/"), TimeProvider.System);
        await client.SendAsync(HttpMethod.Get, ClusterPath.Of("_alias", "a/b?c%d é") + "?x=1", null, null, Cancellation);
        Assert.Equal("/search/_alias/a%2Fb%3Fc%25d%20%C3%A9?x=1", Assert.Single(server.Requests).Path);
    }

    private static async Task<ClusterUnreachableException> UnreachableAsync(string endpoint)
    {
        using var client = new ClusterClient(new(endpoint), TimeProvider.System);
        return await Assert.ThrowsAsync<ClusterUnreachableException>(() => client.SendAsync(HttpMethod.Get, "/", null, null, Cancellation));
    }

    private static async Task<T> RequestAsync<T>(ScriptedServer server)
        where T : ClusterException
    {
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        return await Assert.ThrowsAsync<T>(() => client.RequestAsync(HttpMethod.Get, "/logs", null, Cancellation));
    }
}
