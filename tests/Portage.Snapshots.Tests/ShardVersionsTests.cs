using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Testing;

namespace Portage.Snapshots.Tests;

/// <summary>Versions of documents that real servers wrote, some of them from outside.</summary>
public sealed class ShardVersionsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task ReadAsync_VersionsFromOutside_AreToldFromThoseThatTheServerCounted(string server)
    {
        using var fixture = Fixtures.Unzip($"made/{server}.zip");
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(fixture["repo"]), Cancellation);
        var snapshot = await repository.OpenSnapshotAsync("second", Cancellation);
        var external = new List<string>();
        foreach (var name in snapshot.IndexNames)
        {
            var index = await snapshot.OpenIndexAsync(name, Cancellation);
            for (var number = 0; number < index.NumberOfShards; number++)
            {
                var versions = await ShardVersions.ReadAsync(await index.OpenShardAsync(number, Cancellation), Cancellation);
                Assert.NotNull(versions.Changes);
                if (versions.AreExternal)
                {
                    // The largest of the fixture is 19,000,000,138.
                    Assert.InRange(versions.AtLeast, 1_000_000, 19_000_000_138);
                    external.Add(name);
                }
            }
        }

        Assert.Equal(["versions"], external);
    }

    [Theory]
    [InlineData(5_06_16_99, "7", null)]
    [InlineData(6_08_09_99, "7", 8L)]
    [InlineData(6_08_09_99, "-1", 0L)]
    [InlineData(6_08_09_99, null, null)]
    [InlineData(0x08000000 + 1_03_13_99, "7", 8L)]
    public void ChangesOf_CommitOfAnIndex_IsKnownOnlyWhereAllAreNumbered(long created, string? last, long? changes)
    {
        var commit = new Dictionary<string, string>();
        if (last is not null)
        {
            commit["max_seq_no"] = last;
        }

        Assert.Equal(changes, ShardVersions.ChangesOf(new(created), commit));
    }
}
