using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Portage.Scenarios;

/// <summary>Documents of several indices of which these tests know every byte.</summary>
internal sealed class KnownDocuments
{
    private const int BulkSize = 1_000;

    private readonly Dictionary<string, SortedDictionary<(string Id, string? Routing), string>> _expected = new(StringComparer.Ordinal);

    private KnownDocuments()
    {
    }

    /// <summary>The names of the indices.</summary>
    public IReadOnlyCollection<string> Indices => _expected.Keys;

    /// <summary>Documents of all indices.</summary>
    public int Count => _expected.Values.Sum(index => index.Count);

    /// <summary>Fills a cluster.</summary>
    public static async Task<KnownDocuments> FillAsync(ClusterTalk talk)
    {
        var documents = new KnownDocuments();
        await documents.FillAsync(talk, "orders", shards: 3, count: 2_400, isRouted: false, padding: 60);
        await documents.FillAsync(talk, "events", shards: 1, count: 2_000, isRouted: false, padding: 20);
        await documents.FillAsync(talk, "people", shards: 2, count: 1_400, isRouted: true, padding: 200);
        await documents.FillAsync(talk, "notes", shards: 1, count: 600, isRouted: false, padding: 8_000);
        await documents.DeleteSomeAsync(talk, "orders");
        return documents;
    }

    /// <summary>Insists that a target has every document once, written once, byte for byte.</summary>
    public async Task ArrivedOnceAsync(ClusterTalk target)
    {
        foreach (var (index, expected) in _expected)
        {
            var arrived = await target.DocumentsAsync(index);
            Assert.Equal(expected.Count, (await target.JsonAsync($"{index}/_count")).GetProperty("count").GetInt32());
            Assert.Equal(expected, new SortedDictionary<(string, string?), string>(arrived.ToDictionary(document => document.Key, document => document.Value.Source)));
            Assert.All(arrived.Values, document => Assert.Equal(1, document.Version));

            // A document that was deleted and written again would be at version 1, too.
            Assert.Equal(0, (await target.JsonAsync($"{index}/_stats/docs")).GetProperty("_all").GetProperty("primaries").GetProperty("docs").GetProperty("deleted").GetInt64());
        }
    }

    private async Task FillAsync(ClusterTalk talk, string index, int shards, int count, bool isRouted, int padding)
    {
        await talk.SendAsync(HttpMethod.Put, index, $$$"""{"settings":{"number_of_shards":{{{shards}}},"number_of_replicas":0},"mappings":{"dynamic":false,"properties":{"n":{"type":"integer"} } } }""");
        var sources = _expected[index] = [];
        var bulk = new StringBuilder();
        for (var n = 0; n < count; n++)
        {
            var id = n % 3 == 0 ? $"{n}" : n % 3 == 1 ? $"straße/{n} \"x\"" : $"\u65e5\u672c-{n:D9}";
            var routing = isRouted ? $"r{n % 11}" : null;
            var source = string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{n}}, "exact": {{n}}.50 ,"large":12345678901234567890.0{{n}},"text":"\u00fcber 日本 {{n}} {{new string((char)('a' + (n % 26)), padding)}}"}""");
            bulk.Append("""{"index":{"_id":""").Append(JsonSerializer.Serialize(id)).Append(routing is null ? "" : $",\"routing\":\"{routing}\"").Append("}}\n").Append(source).Append('\n');
            sources[(id, routing)] = source;
            if ((n + 1) % BulkSize == 0 || n + 1 == count)
            {
                await talk.SendAsync(HttpMethod.Post, $"{index}/_bulk", bulk.ToString());
                bulk.Clear();
            }
        }

        await talk.SendAsync(HttpMethod.Post, $"{index}/_flush");
    }

    private async Task DeleteSomeAsync(ClusterTalk talk, string index)
    {
        var bulk = new StringBuilder();
        foreach (var key in _expected[index].Keys.Where((_, place) => place % 9 == 0).ToArray())
        {
            bulk.Append("""{"delete":{"_id":""").Append(JsonSerializer.Serialize(key.Id)).Append("}}\n");
            _expected[index].Remove(key);
        }

        await talk.SendAsync(HttpMethod.Post, $"{index}/_bulk?refresh=true", bulk.ToString());
    }
}
