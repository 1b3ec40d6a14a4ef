using System.Globalization;
using System.Text;
using System.Text.Json;
using Portage.Lucene.Files;

namespace Portage.Lucene.Tests.RealServers;

/// <summary>Reads shards out of the data folder of a real server, and compares them with what the server itself answers.</summary>
public sealed class RealShardTests
{
    private const int DocumentCount = 3_000;
    private const int LargeDocumentBytes = 3_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadStoredFieldsAsync_ShardsOfElasticsearch_AreWhatTheServerHas()
    {
        await using var server = await RealServer.ElasticsearchAsync(Cancellation);
        await CompareAsync(server, "default");
        await CompareAsync(server, "best_compression");
        await CompareManyDeletedAsync(server);
    }

    [Fact]
    public async Task ReadStoredFieldsAsync_ShardsOfOpenSearch_AreWhatTheServerHas()
    {
        await using var server = await RealServer.OpenSearchAsync(Cancellation);
        await CompareAsync(server, "default");
        await CompareAsync(server, "best_compression");
        await CompareManyDeletedAsync(server);
    }

    private static async Task CompareAsync(RealServer server, string codec)
    {
        using var client = new HttpClient { BaseAddress = new(server.Endpoint) };
        await ShardIndex.SendAsync(client, HttpMethod.Put, "/shard", JsonSerializer.Serialize(Settings(codec)));
        await WriteAsync(client);
        var directory = new FileSystemDirectory(await ShardIndex.FindShardAsync(client, server.Data));
        var expected = await ShardIndex.SearchAsync(client);

        var index = await LuceneIndex.OpenAsync(directory, Cancellation);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (segment, document, fields) in await Documents.ReadLiveAsync(directory, Cancellation))
        {
            // Nested documents have no source of their own.
            if (fields.TryGetValue("_source", out var source))
            {
                Assert.True(found.TryAdd(ShardIndex.DecodeId((byte[])fields["_id"]), Encoding.UTF8.GetString((byte[])source)), $"{segment} {document}");
            }
        }

        Assert.Equal(expected.OrderBy(document => document.Key, StringComparer.Ordinal), found.OrderBy(document => document.Key, StringComparer.Ordinal));
        Assert.InRange(found.Count, DocumentCount / 2, DocumentCount);
        Assert.Equal(index.LiveDocumentCount, found.Count + CountNested(found));
        await RequireBothKindsOfSoftDeletesAsync(index);
        foreach (var segment in index.Segments)
        {
            await RequireSameFromTheMiddleAsync(segment);
        }

        await ShardIndex.SendAsync(client, HttpMethod.Delete, "/shard", null);
    }

    /// <summary>So many soft deletes in a block of 65,536 documents that Lucene writes them as a bit set, those of a new segment as well as later ones.</summary>
    private static async Task CompareManyDeletedAsync(RealServer server)
    {
        const int bitSetMin = 4_096;
        using var client = new HttpClient { BaseAddress = new(server.Endpoint) };
        await ShardIndex.SendAsync(client, HttpMethod.Put, "/shard", JsonSerializer.Serialize(Settings("default")));
        await ShardIndex.BulkAsync(client, Enumerable.Range(0, 8_000).Select(number => Numbered($"a{number}", number)));
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_flush", "");

        // A deletion marks the document in the segment before, and leaves one that is marked from the first in this one.
        await ShardIndex.BulkAsync(client, Enumerable.Range(0, 6_000).SelectMany(number =>
            number % 7 < 5 ? [Numbered($"b{number}", number), Deleted($"a{number}")] : new[] { Numbered($"b{number}", number) }));
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_flush", "");
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_refresh", "");
        var directory = new FileSystemDirectory(await ShardIndex.FindShardAsync(client, server.Data));
        var index = await LuceneIndex.OpenAsync(directory, Cancellation);
        var expected = await ShardIndex.SearchAsync(client);
        var found = (await Documents.ReadLiveAsync(directory, Cancellation))
            .Select(document => KeyValuePair.Create(ShardIndex.DecodeId((byte[])document.Fields["_id"]), Encoding.UTF8.GetString((byte[])document.Fields["_source"])));
        Assert.Equal(14_000 - 4_286, expected.Count);
        Assert.Equal(expected.OrderBy(document => document.Key, StringComparer.Ordinal), found.OrderBy(document => document.Key, StringComparer.Ordinal));
        await RequireBothKindsOfSoftDeletesAsync(index, bitSetMin);
        await ShardIndex.SendAsync(client, HttpMethod.Delete, "/shard", null);
    }

    private static (string, string?) Numbered(string id, int number) =>
        (JsonSerializer.Serialize(new { index = new { _id = id } }), JsonSerializer.Serialize(new { number }));

    private static (string, string?) Deleted(string id) => (JsonSerializer.Serialize(new { delete = new { _id = id } }), null);

    private static object Settings(string codec) => new
    {
        settings = new Dictionary<string, object>
        {
            ["number_of_shards"] = 1,
            ["number_of_replicas"] = 0,
            ["refresh_interval"] = "-1",
            ["codec"] = codec,
            // A merge would drop the deleted documents that are looked for.
            ["merge.policy.max_merged_segment"] = "1b",
            ["merge.policy.deletes_pct_allowed"] = 50,
        },
        mappings = new
        {
            properties = new
            {
                keyword = new { type = "keyword" },
                tags = new { type = "keyword" },
                number = new { type = "long" },
                ratio = new { type = "double" },
                many = new { type = "integer" },
                when = new { type = "date" },
                where = new { type = "geo_point" },
                flag = new { type = "boolean" },
                address = new { type = "ip" },
                blob = new { type = "binary", doc_values = true },
                text = new { type = "text" },
                children = new { type = "nested" },
            },
        },
    };

    private static async Task WriteAsync(HttpClient client)
    {
        var random = new Random(11);
        // Updates and deletes before the first flush: __soft_deletes lies among the other fields of the segment.
        await ShardIndex.BulkAsync(client, Enumerable.Range(0, DocumentCount / 2).Select(id => Index(id, random)));
        await ShardIndex.BulkAsync(client, Enumerable.Range(0, 400).Select(id => id % 4 == 0 ? Delete(id) : Index(id, random)));
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_flush", "");
        // And after it: they get generations of their own, outside of the compound file.
        await ShardIndex.BulkAsync(client, Enumerable.Range(DocumentCount / 2, DocumentCount / 2).Select(id => Index(id, random)));
        await ShardIndex.BulkAsync(client, Enumerable.Range(300, 600).Select(id => id % 3 == 0 ? Delete(id) : Index(id, random)));
        await ShardIndex.SendAsync(client, HttpMethod.Put, "/shard/_doc/large", JsonSerializer.Serialize(new { text = Text(random, LargeDocumentBytes) }));
        await ShardIndex.SendAsync(client, HttpMethod.Put, "/shard/_doc/77", JsonSerializer.Serialize(new { text = "last" }));
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_flush", "");
        await ShardIndex.SendAsync(client, HttpMethod.Post, "/shard/_refresh", "");
    }

    private static (string, string?) Delete(int id) => Deleted(Id(id));

    private static (string, string?) Index(int id, Random random) => (
        JsonSerializer.Serialize(new { index = new { _id = Id(id) } }),
        JsonSerializer.Serialize(new
        {
            keyword = $"k{random.Next(50)}",
            tags = Enumerable.Range(0, random.Next(4)).Select(_ => $"t{random.Next(100)}"),
            number = random.NextInt64(),
            ratio = random.NextDouble(),
            many = Enumerable.Range(0, random.Next(5)),
            when = 1_700_000_000_000 + random.Next(),
            where = new { lat = random.Next(90), lon = random.Next(180) },
            flag = random.Next(2) == 0,
            address = $"10.0.{random.Next(256)}.{random.Next(256)}",
            blob = Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(random, random.Next(100)))),
            text = Text(random, random.Next(1_500)),
            children = Enumerable.Range(0, random.Next(3)).Select(child => new { name = $"c{child}" }),
        }));

    // Every form in which servers keep ids: numbers, text that could be base64, other text.
    private static string Id(int id) => (id % 3) switch { 0 => $"{id}", 1 => $"id{id:D6}", _ => $"\u00e9/{id} \U0001F6A3" };

    private static string Text(Random random, int length)
    {
        var text = new StringBuilder(length + 10);
        while (text.Length < length)
        {
            text.Append("wort").Append(random.Next(5_000).ToString(CultureInfo.InvariantCulture)).Append(random.Next(10) == 0 ? " \u6771\u4EAC " : " ");
        }

        return text.ToString();
    }

    private static int CountNested(Dictionary<string, string> sources)
    {
        var count = 0;
        foreach (var source in sources.Values)
        {
            using var document = JsonDocument.Parse(source);
            count += document.RootElement.TryGetProperty("children", out var children) ? children.GetArrayLength() : 0;
        }

        return count;
    }

    private static async Task RequireBothKindsOfSoftDeletesAsync(LuceneIndex index, int countMin = 1)
    {
        var (inFirstDocValues, inGenerations) = (0, 0);
        foreach (var segment in index.Segments.Where(segment => segment.SoftDeletedCount >= countMin))
        {
            var field = (await segment.ReadFieldInfosAsync(Cancellation)).SoftDeletes!;
            Assert.Equal("__soft_deletes", field.Name);
            _ = field.DocValuesGeneration > 0 ? inGenerations++ : inFirstDocValues++;
        }

        Assert.True(inFirstDocValues > 0 && inGenerations > 0, $"{inFirstDocValues} segments with soft deletes of their own, {inGenerations} with later ones");
    }

    private static async Task RequireSameFromTheMiddleAsync(LuceneSegment segment)
    {
        var sizes = new List<int>();
        await foreach (var chunk in segment.ReadStoredFieldsAsync(0, Cancellation))
        {
            for (var i = 0; i < chunk.DocumentCount; i++)
            {
                sizes.Add(Size(chunk.Fields(i)));
            }
        }

        foreach (var from in (int[])[1, segment.MaxDoc / 3, segment.MaxDoc / 2, segment.MaxDoc - 1])
        {
            var next = from;
            await foreach (var chunk in segment.ReadStoredFieldsAsync(from, Cancellation))
            {
                Assert.Equal(next, chunk.FirstDocument);
                for (var i = 0; i < chunk.DocumentCount; i++)
                {
                    Assert.Equal(sizes[next++], Size(chunk.Fields(i)));
                }
            }

            Assert.Equal(segment.MaxDoc, next);
        }
    }

    private static int Size(Lucene.StoredFields.StoredFieldCursor cursor)
    {
        var size = 0;
        while (cursor.MoveNext())
        {
            size += cursor.Bytes.Length + 1;
        }

        return size;
    }
}
