using System.Text;
using System.Text.Json;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Shards;

namespace Portage.Snapshots.Tests.Shards;

/// <summary>Every document of every golden file against what the reader gives: type, id, routing, parent and source.</summary>
public sealed class GoldenDocumentsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-1.7.1", 2_269)]
    [InlineData("es-2.4.0", 2_273)]
    [InlineData("es-5.6.16", 2_251)]
    [InlineData("es-6.8.9", 2_693)]
    [InlineData("es-7.10.2", 2_693)]
    [InlineData("es-7.17.29", 2_693)]
    [InlineData("os-1.3.13", 2_747)]
    public async Task ReadAsync_EveryGoldenFile_IsMatchedExactly(string server, int documents)
    {
        var made = new Made(server);
        Assert.Equal(documents, await CompareAllAsync(made, _ => true));
    }

    [Fact]
    public async Task ReadAsync_MixedRepository_IsMatchedExactly()
    {
        var made = new Made("mixed");
        Assert.Equal(10_880, await CompareAllAsync(made, _ => true));
    }

    [Theory]
    [InlineData("os-2.19.1", "")]
    [InlineData("os-3.8.0", "derived")]
    public async Task ReadAsync_NewerOpenSearch_IsMatchedExactlyButForWhatIsNamed(string server, string others)
    {
        var made = new Made(server);
        Assert.True(await CompareAllAsync(made, index => !others.Split(',').Contains(index)) >= 2_693);
    }

    internal static async Task<List<Line>> ReadAsync(IndexSnapshot index)
    {
        var lines = new List<Line>();
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            var shard = await index.OpenShardAsync(number, Cancelled);
            await foreach (var document in shard.ReadAsync(0, Cancelled))
            {
                Assert.Equal((index.Name, number), (document.Index, document.Shard));
                lines.Add(Line.Of(document));
            }
        }

        lines.Sort();
        return lines;
    }

    private static async Task<int> CompareAllAsync(Made made, Func<string, bool> wanted)
    {
        var repository = await made.OpenAsync();
        var compared = 0;
        foreach (var name in made.GoldenSnapshots)
        {
            var snapshot = await repository.OpenSnapshotAsync(name, Cancelled);
            foreach (var index in made.GoldenIndices(name).Where(wanted))
            {
                var expected = made.GoldenDocuments(name, index).Select(Line.Parse).Order().ToList();
                var actual = await ReadAsync(await snapshot.OpenIndexAsync(index, Cancelled));
                Assert.True(expected.Count == actual.Count, $"{name}/{index}: expected {expected.Count} documents, found {actual.Count}");
                foreach (var (left, right) in expected.Zip(actual))
                {
                    Assert.True(left == right, $"{name}/{index}: expected {left}, found {right}");
                }

                Assert.Equal(made.State(name).GetProperty("documents").GetProperty(index).GetInt32(), actual.Count);
                compared += actual.Count;
            }
        }

        return compared;
    }

    /// <summary>A line of a golden file. The type <c>_doc</c> is what an index without types has there.</summary>
    internal sealed record Line(string Type, string Id, string? Routing, string? Parent, long? Timestamp, string? Source) : IComparable<Line>
    {
        public static Line Parse(string json)
        {
            var line = JsonElement.Parse(json);
            return new(
                line.GetProperty("type").GetString()!,
                line.GetProperty("id").GetString()!,
                line.GetProperty("routing").GetString(),
                line.GetProperty("parent").GetString(),
                line.TryGetProperty("timestamp", out var timestamp) ? timestamp.GetInt64() : null,
                line.GetProperty("source").GetString());
        }

        public static Line Of(SourceDocument document) => new(
            document.Type ?? TypeMapping.NoType,
            document.Id,
            document.Routing,
            document.Parent,
            document.Timestamp,
            document.Source is { } source ? TextOf(source, document.Format) : null);

        private static string TextOf(ReadOnlyMemory<byte> source, SourceFormat format)
        {
            Assert.True(SourceJson.TryConvert(source, format, out var json, out var why), why);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(json.Span);
        }

        public int CompareTo(Line? other) => string.CompareOrdinal($"{Type}\n{Id}\n{Routing}", $"{other!.Type}\n{other.Id}\n{other.Routing}");
    }
}
