using System.Collections.Immutable;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>A shard read in ranges gives what it gives as a whole, every document once.</summary>
public sealed class PositionRangeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("es-8.19.21")]
    [InlineData("os-1.3.13")]
    [InlineData("os-2.19.1")]
    [InlineData("os-3.8.0")]
    [InlineData("mixed")]
    public async Task OpenReaderAsync_EveryShardInRandomRanges_GivesEachDocumentOnce(string server)
    {
        var random = new Random(7);
        var (cuts, documents) = (0, 0);
        var made = new Made(server);
        var repository = await made.OpenAsync();
        foreach (var snapshot in repository.Snapshots.Where(snapshot => !snapshot.Name.EndsWith("partial", StringComparison.Ordinal)))
        {
            foreach (var shard in await ShardSnapshotTests.ShardsAsync(made.Store, snapshot.Name))
            {
                var counts = await shard.CountAsync(Cancelled);
                var whole = await ReadAsync(shard, PositionRange.All);
                foreach (var starts in (ImmutableArray<long>[])
                    [
                        PositionRange.Cut(counts.Sizes, random.NextInt64(1, counts.StoredBytes + 2)),
                        [0, .. Enumerable.Range(0, random.Next(8)).Select(_ => random.NextInt64(1, counts.PositionEnd + 2)).Distinct().Order()],
                    ])
                {
                    var parts = new List<string>();
                    for (var number = 0; number < starts.Length; number++)
                    {
                        var range = new PositionRange(starts[number], number + 1 < starts.Length ? starts[number + 1] : long.MaxValue);
                        parts.AddRange(await ReadAsync(shard, range));
                    }

                    Assert.Equal(whole, parts);
                    cuts += starts.Length - 1;
                }

                documents += whole.Count;
            }
        }

        Assert.True(cuts > 50 && documents > 1_000, $"{cuts} cuts, {documents} documents");
    }

    [Theory]
    [InlineData("", 10, "0")]
    [InlineData("100:0", 10, "0")]
    [InlineData("100:1000", 1000, "0")]
    [InlineData("100:1000", 700, "0")]
    [InlineData("100:1000", 500, "0 50")]
    [InlineData("100:1000", 250, "0 25 50 75")]
    [InlineData("100:500 40:500", 500, "0 100")]
    [InlineData("100:490 40:510", 500, "0 100")]
    [InlineData("100:510 40:490", 500, "0 100")]
    [InlineData("100:400 100:600", 500, "0 116")]
    [InlineData("10:100 10:100 10:800", 250, "0 20 23 26")]
    [InlineData("2:1000", 100, "0 1")]
    [InlineData("0:0 100:1000", 500, "0 50")]
    public void Cut_Segments_GivesRangesOfAboutTheSameBytes(string segments, long bytes, string starts)
    {
        ImmutableArray<SegmentSize> sizes = [.. segments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(segment => segment.Split(':')).Select(parts => new SegmentSize(long.Parse(parts[0], null), long.Parse(parts[1], null)))];
        Assert.Equal(starts, string.Join(' ', PositionRange.Cut(sizes, bytes)));
    }

    [Fact]
    public async Task OpenReaderAsync_RangeOfOneSegment_OpensNoOther()
    {
        var made = new Made("es-7.10.2");
        var store = made.Store;
        var shard = (await ShardSnapshotTests.ShardsAsync(store, "second")).First(shard => shard.Index.Name == "logs");
        var first = (await shard.CountAsync(Cancelled)).Sizes[0];
        Assert.True((await shard.CountAsync(Cancelled)).Segments > 1);
        var seen = new Seen();
        await using var reader = await shard.OpenReaderAsync(new PositionRange(0, first.Positions), seen, Cancelled);
        while (await reader.MoveNextAsync(Cancelled))
        {
        }

        Assert.False(await reader.MoveNextAsync(Cancelled));
        Assert.Single(seen.Segments);
    }

    private static async Task<List<string>> ReadAsync(ShardSnapshot shard, PositionRange range)
    {
        var documents = new List<string>();
        await using var reader = await shard.OpenReaderAsync(range, WholeFiles.Unchecked, Cancelled);
        while (await reader.MoveNextAsync(Cancelled))
        {
            var document = reader.Current;
            Assert.True(range.Contains(document.Position));
            documents.Add($"{document.Position} {document.Type} {document.Id} {document.Routing} {(document.Source is { } source ? Convert.ToHexString(source.Span) : "-")}");
        }

        return documents;
    }

    private sealed class Seen : IWholeFiles
    {
        public HashSet<string> Segments { get; } = [];

        public ValueTask RequireAsync(WholeFile file, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken)
        {
            Segments.Add(file.Name.Split('.', '_')[1]);
            return default;
        }
    }
}
