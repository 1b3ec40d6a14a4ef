using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Lucene;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Rebuilding;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Snapshots.Tests.Shards;

namespace Portage.Snapshots.Tests.Rebuilding;

/// <summary>Sources that are not stored, against what the server put together.</summary>
public sealed class RebuiltSourcesTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("es-8.19.21", "first", "synthetic-mapping", 20)]
    [InlineData("es-8.19.21", "second", "synthetic-mapping", 20)]
    [InlineData("es-8.19.21", "first", "logsdb", 140)]
    [InlineData("es-8.19.21", "second", "logsdb", 140)]
    [InlineData("es-8.19.21", "first", "metrics", 120)]
    [InlineData("es-8.19.21", "second", "metrics", 120)]
    [InlineData("os-3.8.0", "first", "derived", 30)]
    [InlineData("os-3.8.0", "second", "derived", 30)]
    public async Task ReadAsync_EveryDocument_IsWhatTheServerShows(string server, string snapshot, string index, int documents)
    {
        var made = new Made(server);
        var opened = await OpenAsync(made, snapshot, index);
        Assert.Equal(SourceCoverage.Rebuilt, opened.SourceStorage.Coverage);
        var expected = made.GoldenDocuments(snapshot, index).Select(GoldenDocumentsTests.Line.Parse).Order().ToList();
        var actual = await GoldenDocumentsTests.ReadAsync(opened);
        Assert.Equal(documents, actual.Count);
        Assert.Equal(expected.Select(line => line with { Source = null }), actual.Select(line => line with { Source = null }));
        foreach (var (left, right) in expected.Zip(actual))
        {
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(left.Source!), JsonNode.Parse(right.Source!)), $"{left.Id}: expected {left.Source}, found {right.Source}");
        }
    }

    /// <summary>An index of every kind of field: those that can be put together are compared, in documents of which the others are taken away.</summary>
    [Theory]
    [InlineData("first", "synthetic", 55)]
    [InlineData("second", "synthetic", 65)]
    [InlineData("second", "synthetic-recovery", 65)]
    public async Task Finish_FieldsOfEveryKind_AreWhatTheServerShows(string snapshot, string index, int documents)
    {
        var made = new Made("es-8.19.21");
        var opened = await OpenAsync(made, snapshot, index);
        var mapping = (JsonObject)JsonNode.Parse(opened.Mappings.Single().Body.GetRawText())!;
        var fields = mapping["properties"]!.AsObject();
        Assert.Null(RebuildPlan.TryMake(false, opened.Mappings, out var reasons));
        string[] others = [.. reasons.Select(reason => reason.Split(' ')[0])];
        Assert.Equal(["bin is binary", "flat is flattened", "kids is nested", "nanos is date_nanos", "range is integer_range", "vec is dense_vector"], reasons);
        foreach (var name in others)
        {
            fields.Remove(name);
        }

        var plan = RebuildPlan.TryMake(false, [new("_doc", JsonElement.Parse(mapping.ToJsonString()))], out _)!;
        var actual = await RebuildAsync(opened, plan);
        var compared = 0;
        foreach (var line in made.GoldenDocuments(snapshot, index).Select(GoldenDocumentsTests.Line.Parse))
        {
            var expected = JsonNode.Parse(line.Source!)!.AsObject();
            foreach (var name in others)
            {
                expected.Remove(name);
            }

            Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(actual[line.Id])), $"{line.Id}: expected {expected.ToJsonString()}, found {actual[line.Id]}");
            compared++;
        }

        Assert.Equal(documents, compared);
    }

    /// <summary>Nothing is put together of a file that is not whole, and a missing text would not be seen.</summary>
    [Theory]
    [InlineData("es-8.19.21", "logsdb", "ES819TSDBDocValuesData")]
    [InlineData("es-8.19.21", "synthetic-mapping", "Lucene90DocValuesData")]
    [InlineData("os-3.8.0", "derived", "Lucene90DocValuesData")]
    public async Task ReadAsync_AnyByteOfTheDocValuesChanged_HandsOutNoDocumentOfTheSegment(string server, string index, string codec)
    {
        var store = new Made(server).Store;
        var opened = await (await (await SnapshotRepository.OpenAsync(store, Cancelled)).OpenSnapshotAsync("second", Cancelled)).OpenIndexAsync(index, Cancelled);
        var shard = await opened.OpenShardAsync(0, Cancelled);
        var (path, start) = store.Blobs.Where(blob => blob.Key.StartsWith(shard.Folder, StringComparison.Ordinal) && shard.Files.Values.Any(file => blob.Key.EndsWith(file.BlobName, StringComparison.Ordinal)))
            .Select(blob => (blob.Key, At: blob.Value.AsSpan().IndexOf(Encoding.ASCII.GetBytes(codec)))).First(found => found.At > 0);
        var sound = store.Blobs[path];
        var before = (await ShardDocumentsAsync(shard)).Count;
        for (var at = start + codec.Length + 4; at < start + codec.Length + 100; at += 7)
        {
            store.Blobs[path] = [.. sound[..at], (byte)(sound[at] ^ 4), .. sound[(at + 1)..]];
            var read = new List<string>();
            var failure = await Assert.ThrowsAsync<CorruptBlobException>(() => ShardDocumentsAsync(shard, read));
            Assert.Equal((path, $"shard 0 of index '{index}'"), (failure.Path, failure.Owner));
            Assert.True(read.Count < before);
            Assert.DoesNotContain(failure.Message.Split('\'')[^2].Split('_')[1], read.Select(one => one.Split('_')[1]));
        }
    }

    private static async Task<List<string>> ShardDocumentsAsync(ShardSnapshot shard, List<string>? read = null)
    {
        read ??= [];
        await foreach (var document in shard.ReadAsync(0, Cancelled))
        {
            read.Add($"{document.Segment} {document.Id}");
        }

        return read;
    }

    private static async Task<IndexSnapshot> OpenAsync(Made made, string snapshot, string index) =>
        await (await (await made.OpenAsync()).OpenSnapshotAsync(snapshot, Cancelled)).OpenIndexAsync(index, Cancelled);

    private static async Task<Dictionary<string, string>> RebuildAsync(IndexSnapshot index, RebuildPlan plan)
    {
        var found = new Dictionary<string, string>();
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            var lucene = await LuceneIndex.OpenAsync((await index.OpenShardAsync(number, Cancelled)).Directory, Cancelled);
            foreach (var segment in lucene.Segments)
            {
                var fields = await segment.ReadFieldInfosAsync(Cancelled);
                await using var rebuilder = await SourceRebuilder.OpenAsync(plan, segment, fields, Cancelled);
                await using var reader = await segment.OpenLiveDocumentsAsync(new(), Cancelled);
                while (await reader.MoveNextAsync(Cancelled))
                {
                    await rebuilder.PrepareAsync(reader.Document, Cancelled);
                    rebuilder.Begin();
                    var cursor = reader.Fields;
                    string? id = null;
                    while (cursor.MoveNext())
                    {
                        id = cursor.FieldNumber == fields.NumberOf("_id") ? DocumentId.Decode(cursor.Bytes) : id;
                        rebuilder.Take(cursor);
                    }

                    if (id is not null)
                    {
                        found.Add(id, Encoding.UTF8.GetString(rebuilder.Finish(reader.Document)!.Value.Span));
                    }
                }
            }
        }

        return found;
    }
}
