using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using static Portage.Snapshots.Tests.Shards.GoldenDocumentsTests;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>Elasticsearch 8.19: what is of the same formats is matched exactly, the rest is refused by name.</summary>
public sealed class Es8DocumentsTests
{
    [Fact]
    public async Task ReadAsync_EveryGoldenFile_IsMatchedOrRefusedByName()
    {
        var made = new Made("es-8.19.21");
        var repository = await made.OpenAsync();
        var outcomes = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in made.GoldenIndices("second"))
        {
            var snapshot = await repository.OpenSnapshotAsync("second", TestContext.Current.CancellationToken);
            var index = await snapshot.OpenIndexAsync(name, TestContext.Current.CancellationToken);
            var outcome = await CompareAsync(made, index);
            (outcomes.TryGetValue(outcome, out var names) ? names : outcomes[outcome] = []).Add(name);
        }

        Golden.Verify(string.Concat(outcomes.Select(outcome => $"{outcome.Key}\n  {string.Join("\n  ", outcome.Value)}\n")), "Goldens/es-8.19.21-outcomes.txt");
    }

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

    private static async Task<string> CompareAsync(Made made, IndexSnapshot index)
    {
        try
        {
            var expected = made.GoldenDocuments("second", index.Name).Select(Line.Parse).Order().ToList();
            var actual = await ReadAsync(index);
            if (expected.SequenceEqual(actual))
            {
                return "exact";
            }

            return expected.Select(line => line with { Source = null }).SequenceEqual(actual.Select(line => line with { Source = null }))
                ? $"exact but for sources ({index.SourceStorage.Reason ?? "stored"})"
                : $"other documents ({index.SourceStorage.Reason ?? "stored"})";
        }
        catch (UnsupportedRepositoryException refusal)
        {
            return $"refused: {refusal.Format}";
        }
    }
}
