using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using static Portage.Snapshots.Tests.Shards.GoldenDocumentsTests;

namespace Portage.Snapshots.Tests;

/// <summary>
/// Walks every repository that there is, every snapshot, every index: what is matched exactly is counted, and all else is named in a golden
/// with the reason. A fixture that is added, or one that is read no longer, changes it.
/// </summary>
public sealed class EveryFixtureTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Servers => Fixtures.Cases("made", "*.zip", 11);

    public static TheoryData<string> Folders => Fixtures.Cases("snapshots", "*", 6);

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task ReadAsync_EveryIndexOfEverySnapshot_IsMatchedOrNamed(string zip)
    {
        var server = Path.GetFileNameWithoutExtension(zip);
        var made = new Made(server);
        var repository = await made.OpenAsync();
        var report = new StringBuilder();
        foreach (var entry in repository.Snapshots)
        {
            var snapshot = await repository.OpenSnapshotAsync(entry.Name, Cancelled);
            Assert.Equal(entry.Indices, snapshot.IndexNames);
            var (exact, documents, others) = (0, 0, new List<string>());
            foreach (var name in snapshot.IndexNames)
            {
                var (count, other) = await CompareAsync(made, await snapshot.OpenIndexAsync(name, Cancelled));
                (exact, documents) = other is null ? (exact + 1, documents + count) : (exact, documents);
                others.AddRange(other is null ? [] : [$"  {name}: {other}\n"]);
            }

            report.Append(CultureInfo.InvariantCulture, $"{entry.Name}: {exact} of {snapshot.IndexNames.Count} indices exact, {documents} documents\n").AppendJoin("", others);
        }

        Golden.Verify(report.ToString(), $"Goldens/every-fixture/{server}.txt");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task ReadAsync_EveryIndexOfAnotherProjectsRepository_IsRead(string folder)
    {
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(Fixtures.Find($"snapshots/{folder}")), Cancelled);
        Assert.NotEmpty(repository.Snapshots);
        foreach (var entry in repository.Snapshots)
        {
            var snapshot = await repository.OpenSnapshotAsync(entry.Name, Cancelled);
            await foreach (var index in snapshot.OpenIndicesAsync(_ => true, Cancelled))
            {
                for (var number = 0; number < index.NumberOfShards; number++)
                {
                    await (await index.OpenShardAsync(number, Cancelled)).VerifyAsync(Cancelled);
                }

                Assert.All(await ReadAsync(index), line => Assert.NotNull(line.Source));
            }
        }
    }

    /// <returns>How many documents were compared; null, or what is not as it should be.</returns>
    private static async Task<(int Documents, string? Other)> CompareAsync(Made made, IndexSnapshot index)
    {
        List<Line> actual;
        try
        {
            actual = await ReadAsync(index);
        }
        catch (ShardMissingException missing)
        {
            return (0, $"shard {missing.Shard} is not in the snapshot ({missing.Reason})");
        }
        catch (UnsupportedRepositoryException refusal)
        {
            return (0, $"refused: {refusal.Format}");
        }

        // "just-logs" and "partial" were taken when nothing had changed since "second".
        var name = index.Snapshot.Name;
        var golden = made.GoldenSnapshots.Contains(name) ? name : name.Replace("just-logs", "second", StringComparison.Ordinal).Replace("partial", "second", StringComparison.Ordinal);
        var expected = made.GoldenDocuments(golden, index.Name).Select(Line.Parse).Order().ToList();
        var reason = index.SourceStorage.Reason ?? "stored";
        return expected.SequenceEqual(actual) || (index.SourceStorage.Coverage == SourceCoverage.Rebuilt && AreSame(expected, actual)) ? (actual.Count, null)
            : expected.Select(line => line with { Source = null }).SequenceEqual(actual.Select(line => line with { Source = null })) ? (actual.Count, $"{actual.Count} documents without their sources ({reason})")
            : (actual.Count, $"other documents ({reason})");
    }

    /// <summary>The order of members and what is escaped is the server's own where it puts sources together.</summary>
    private static bool AreSame(List<Line> expected, List<Line> actual) =>
        expected.Count == actual.Count && expected.Zip(actual).All(pair =>
            pair.First with { Source = null } == pair.Second with { Source = null } && pair.Second.Source is { } source && JsonNode.DeepEquals(JsonNode.Parse(pair.First.Source!), JsonNode.Parse(source)));
}
