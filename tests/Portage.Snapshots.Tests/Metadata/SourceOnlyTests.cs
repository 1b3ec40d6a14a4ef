using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Tests.Formats;
using Portage.Snapshots.Tests.Shards;

namespace Portage.Snapshots.Tests.Metadata;

/// <summary>Repositories of type <c>source</c>, which no fixture is: their metadata made as that type writes it.</summary>
public sealed class SourceOnlyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Mappings_OfASourceOnlyIndex_AreTheOnesOfTheCluster(string isSourceOnly, bool isUnwrapped)
    {
        var store = new Made("es-7.10.2").Store;
        var before = await OpenAsync(store);
        var mapping = JsonNode.Parse(before.Mappings.Single().Body.GetRawText())!;
        var json = JsonNode.Parse(before.Json.GetRawText())!;
        json["settings"]!["index.source_only"] = isSourceOnly;
        json["mappings"] = new JsonArray(new JsonObject { ["_doc"] = new JsonObject { ["enabled"] = false, ["_meta"] = new JsonObject { ["_doc"] = mapping.DeepClone() } } });
        foreach (var path in store.Blobs.Keys.Where(path => path.StartsWith($"indices/{before.RepositoryId}/meta-", StringComparison.Ordinal)).ToArray())
        {
            store.Blobs[path] = CodecEnvelopeTests.Wrap("index-metadata", Encoding.UTF8.GetBytes(new JsonObject { ["nested"] = json.DeepClone() }.ToJsonString()));
        }

        var after = await OpenAsync(store);
        Assert.Equal(isUnwrapped, JsonNode.DeepEquals(mapping, JsonNode.Parse(after.Mappings.Single().Body.GetRawText())));
        Assert.Equal((true, isUnwrapped), (before.HasNestedObjects, after.HasNestedObjects));
        Assert.Equal(new Made("es-7.10.2").GoldenDocuments("second", "nested").Count(), (await GoldenDocumentsTests.ReadAsync(after)).Count);
    }

    private static async Task<IndexSnapshot> OpenAsync(Repositories.MemoryStore store) =>
        await (await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("second", Cancelled)).OpenIndexAsync("nested", Cancelled);
}
