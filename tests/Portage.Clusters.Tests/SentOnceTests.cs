using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;

namespace Portage.Clusters.Tests;

/// <summary>What deletes is sent once: by the second time it may be somebody else's.</summary>
public sealed class SentOnceTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delete_TheConnectionEndsWithoutAnAnswer_IsNotSentAgain()
    {
        var deleted = 0;
        await using var server = new ScriptedServer(request => request.Method == "DELETE" && Interlocked.Increment(ref deleted) > 0 ? new() { HangUp = true } : ScriptedReply.Json("{}"));
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);

        // The connection was used before: only then does the network stack send again by itself.
        await client.RequestAsync(HttpMethod.Get, "/logs", null, Cancelled);
        await Assert.ThrowsAsync<ClusterUnreachableException>(() => client.RequestAsync(HttpMethod.Delete, "/logs", null, Cancelled));
        Assert.Equal(1, deleted);
    }
}
