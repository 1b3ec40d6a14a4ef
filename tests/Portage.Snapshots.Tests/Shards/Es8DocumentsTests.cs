using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>What only Elasticsearch 8.19 among the fixtures has.</summary>
public sealed class Es8DocumentsTests
{
    [Fact]
    public async Task ReadAsync_SourcesInOtherFormats_AreTold()
    {
        var made = new Made("es-8.19.21");
        var snapshot = await (await made.OpenAsync()).OpenSnapshotAsync("first", TestContext.Current.CancellationToken);
        var index = await snapshot.OpenIndexAsync("formats", TestContext.Current.CancellationToken);
        var formats = new List<SourceFormat>();
        await foreach (var document in (await index.OpenShardAsync(0, TestContext.Current.CancellationToken)).ReadAsync(0, TestContext.Current.CancellationToken))
        {
            formats.Add(document.Format);
        }

        Assert.Equal([SourceFormat.Json, SourceFormat.Smile, SourceFormat.Cbor, SourceFormat.Yaml], formats.Distinct().Order());
    }
}
