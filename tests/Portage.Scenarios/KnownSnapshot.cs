using System.Text.Json;

namespace Portage.Scenarios;

/// <summary>A snapshot that a real Elasticsearch 7.10 took of documents of which these tests know every byte.</summary>
internal sealed class KnownSnapshot : IDisposable
{
    /// <summary>The snapshot's name.</summary>
    public const string Name = "nightly";

    private readonly TempFolder _folder = new();

    private KnownSnapshot()
    {
    }

    /// <summary>The repository's folder.</summary>
    public string Repository => _folder["repository"];

    /// <summary>What is in the snapshot.</summary>
    public KnownDocuments Documents { get; private set; } = null!;

    /// <summary>Starts a server, fills it, takes the snapshot and ends the server: nothing but the repository is left.</summary>
    public static async Task<KnownSnapshot> TakeAsync()
    {
        var snapshot = new KnownSnapshot();
        try
        {
            await using var source = await RealServer.ElasticsearchAsync(TestContext.Current.CancellationToken, repositories: snapshot._folder.Path);
            using var talk = new ClusterTalk(source.Endpoint);
            snapshot.Documents = await KnownDocuments.FillAsync(talk);
            await talk.SendAsync(HttpMethod.Put, "_snapshot/moving", JsonSerializer.Serialize(new { type = "fs", settings = new { location = snapshot.Repository } }));
            await talk.SendAsync(HttpMethod.Put, $"_snapshot/moving/{Name}?wait_for_completion=true", JsonSerializer.Serialize(new { indices = snapshot.Documents.Indices }));
            return snapshot;
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
