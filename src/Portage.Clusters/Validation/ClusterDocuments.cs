using System.Runtime.CompilerServices;
using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Validation;

/// <summary>Reads documents of a cluster, to compare them.</summary>
/// <remarks>Every method throws a <see cref="ClusterException"/> when the cluster does not do as asked.</remarks>
public sealed class ClusterDocuments(ClusterClient client)
{
    /// <summary>How long the cluster keeps a scan open between two pages; each page starts it anew.</summary>
    private const string ScrollKeepAlive = "5m";

    /// <summary>Makes everything written so far count and be found by searches.</summary>
    public Task RefreshAsync(string index, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Post, ClusterPath.Of(index, "_refresh"), null, cancellationToken);

    /// <summary>How many documents an index has, nested ones not counted, as of its last refresh.</summary>
    public Task<long> CountAsync(string index, CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Get, ClusterPath.Of(index, "_count"), null, body =>
        {
            using var document = JsonDocument.Parse(body);
            RefuseMissingShards(document.RootElement, $"GET {index}/_count");
            return document.RootElement.GetProperty("count").GetInt64();
        }, cancellationToken);

    /// <summary>How many documents a query finds, as of the index's last refresh.</summary>
    /// <param name="query">As <c>{"exists":{"field":"a"}}</c>.</param>
    public Task<long> CountAsync(string index, ReadOnlyMemory<byte> query, CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Post, ClusterPath.Of(index, "_count"), (byte[])[.. "{\"query\":"u8, .. query.Span, (byte)'}'], body =>
        {
            using var document = JsonDocument.Parse(body);
            RefuseMissingShards(document.RootElement, $"POST {index}/_count");
            return document.RootElement.GetProperty("count").GetInt64();
        }, cancellationToken);

    /// <summary>Fetches documents by key, in the order of the keys. Finds what was written a moment ago too; needs no refresh. Where there is no such index, there is no document.</summary>
    /// <remarks>Where a source makes the answer unreadable for the others, those are asked for in smaller requests, and that one by itself.</remarks>
    /// <param name="keys">Not more than fit in memory: the whole answer is held until the last of its documents is let go of.</param>
    public async Task<List<FoundDocument>> GetAsync(IReadOnlyList<DocumentKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
        {
            // The cluster refuses an empty request.
            return [];
        }

        try
        {
            return await GetAtOnceAsync(keys, withSources: true, cancellationToken);
        }
        catch (ClusterProtocolException)
        {
            // Where it is not the sources' doing, this fails in the same way, and that is the answer.
            var known = await GetAtOnceAsync(keys, withSources: false, cancellationToken);
            return await GetApartAsync(known, cancellationToken);
        }
    }

    /// <summary>As <see cref="GetAsync"/>, without the sources.</summary>
    public async Task<List<FoundDocument>> LocateAsync(IReadOnlyList<DocumentKey> keys, CancellationToken cancellationToken) =>
        keys.Count == 0 ? [] : await GetAtOnceAsync(keys, withSources: false, cancellationToken);

    /// <summary>What the cluster says of an index's contents; null when there is none of the name.</summary>
    public Task<IndexFigures?> FindFiguresAsync(string index, CancellationToken cancellationToken) =>
        client.ReadIfFoundAsync(ClusterPath.Of(index, "_stats", "docs,store") + "?level=shards", IndexFiguresReply.Read, cancellationToken);

    /// <summary>Deletes documents, each only if nobody has written it since it was seen.</summary>
    /// <param name="seen">What was found; not more than fit one request.</param>
    /// <returns>What became of each, in order.</returns>
    public Task<List<DeleteOutcome>> DeleteAsync(IReadOnlyList<FoundDocument> seen, CancellationToken cancellationToken)
    {
        const string path = "/_bulk";
        if (seen.Count == 0)
        {
            return Task.FromResult(new List<DeleteOutcome>());
        }

        return client.ReadAsync(HttpMethod.Post, path, ConditionalDeletes.Body(seen), answer => ConditionalDeletes.Read(answer, seen, (index, status, error) => new ClusterRequestException(
            client.Connection.Endpoint, $"POST {path} ({index})", status, error.Type, FailedReply.Redact(client.Connection, error.Reason), error.RootCauses)), cancellationToken);
    }

    /// <summary>
    /// The key of every document of an index as of its last refresh, in no order. Uses a scroll, which every version has
    /// (points in time are missing from Elasticsearch 7.10 without X-Pack), and closes it at the end.
    /// </summary>
    /// <param name="pageCount">Documents of one request, 1 to 10,000 (the clusters' own limit, <c>index.max_result_window</c>).</param>
    public async IAsyncEnumerable<DocumentKey> ScanAsync(string index, int pageCount, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = ClusterPath.Of(index, "_search") + $"?scroll={ScrollKeepAlive}&filter_path=_scroll_id,_shards.failed,_shards.failures,timed_out,hits.hits._id,hits.hits._routing";
        var body = ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("size", pageCount);
            json.WriteBoolean("_source", false);

            // The order of the index: no sorting, and the cheapest to go on from.
            json.WriteStartArray("sort");
            json.WriteStringValue("_doc");
            json.WriteEndArray();
            json.WriteEndObject();
        });
        string? scroll = null;
        try
        {
            while (true)
            {
                var page = await client.ReadAsync(HttpMethod.Post, path, body, answer => Page(index, answer), cancellationToken);
                scroll = page.Scroll;
                foreach (var key in page.Keys)
                {
                    yield return key;
                }

                if (page.Keys.Count == 0)
                {
                    break;
                }

                path = "/_search/scroll?filter_path=_scroll_id,_shards.failed,_shards.failures,timed_out,hits.hits._id,hits.hits._routing";
                body = ScrollBody(scroll, withKeepAlive: true);
            }
        }
        finally
        {
            if (scroll is not null)
            {
                try
                {
                    // Not with the caller's token: a cancelled scan must be closed too. The request timeout bounds it.
                    await client.SendAsync(HttpMethod.Delete, "/_search/scroll", ScrollBody(scroll, withKeepAlive: false), null, CancellationToken.None);
                }
                catch (ClusterUnreachableException)
                {
                    // The cluster closes it by itself in time.
                }
            }
        }
    }

    private async Task<List<FoundDocument>> GetApartAsync(List<FoundDocument> known, CancellationToken cancellationToken)
    {
        if (known.Count == 1)
        {
            var (key, one) = (known[0].Key, known[0]);
            var path = ClusterPath.Of(key.Index, "_source", key.Id) + (key.Routing is { } routing ? $"?routing={Uri.EscapeDataString(routing)}" : "");
            return [one.IsFound ? one with { Source = await client.FindAsync(HttpMethod.Get, path, cancellationToken) } : one];
        }

        var found = new List<FoundDocument>(known.Count);
        var half = known.Count / 2;
        foreach (var part in (List<FoundDocument>[])[known[..half], known[half..]])
        {
            try
            {
                found.AddRange(await GetAtOnceAsync([.. part.Select(document => document.Key)], withSources: true, cancellationToken));
            }
            catch (ClusterProtocolException)
            {
                found.AddRange(await GetApartAsync(part, cancellationToken));
            }
        }

        return found;
    }

    private Task<List<FoundDocument>> GetAtOnceAsync(IReadOnlyList<DocumentKey> keys, bool withSources, CancellationToken cancellationToken)
    {
        const string path = "/_mget";
        var body = ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("docs");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("_index", key.Index);
                json.WriteString("_id", key.Id);
                if (key.Routing is { } routing)
                {
                    json.WriteString("routing", routing);
                }

                if (!withSources)
                {
                    json.WriteBoolean("_source", false);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        return client.ReadAsync(HttpMethod.Post, path, body, answer => MultiGetReply.Read(answer, keys, (index, status, error) => new ClusterRequestException(
            client.Connection.Endpoint, $"POST {path} ({index})", status, error.Type, FailedReply.Redact(client.Connection, error.Reason), error.RootCauses)), cancellationToken);
    }

    private static ReadOnlyMemory<byte> ScrollBody(string scroll, bool withKeepAlive) => ClusterAnswers.Body(json =>
    {
        json.WriteStartObject();
        if (withKeepAlive)
        {
            json.WriteString("scroll", ScrollKeepAlive);
        }

        json.WriteString("scroll_id", scroll);
        json.WriteEndObject();
    });

    private (string Scroll, List<DocumentKey> Keys) Page(string index, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        RefuseMissingShards(root, $"POST {index}/_search");

        // What is empty is left out by filter_path.
        var keys = new List<DocumentKey>();
        if (root.TryGetProperty("hits", out var outer) && outer.TryGetProperty("hits", out var hits))
        {
            foreach (var hit in hits.EnumerateArray())
            {
                keys.Add(new(index, hit.GetProperty("_id").GetString()!, hit.TryGetProperty("_routing", out var routing) ? routing.GetString() : null));
            }
        }

        return (root.GetProperty("_scroll_id").GetString()!, keys);
    }

    // An answer over some of the shards looks like one over all of them but for this number; nothing may be concluded from it.
    private void RefuseMissingShards(JsonElement root, string request)
    {
        if (root.GetProperty("_shards").GetProperty("failed").GetInt32() is var failed and > 0)
        {
            throw new ClusterProtocolException(client.Connection.Endpoint, request, $"an answer that lacks {failed} {(failed == 1 ? "shard" : "shards")}");
        }

        // With a search.default_search_timeout of its own a cluster answers with what it has found by then.
        if (root.TryGetProperty("timed_out", out var timedOut) && timedOut.ValueKind == JsonValueKind.True)
        {
            throw new ClusterProtocolException(client.Connection.Endpoint, request, "an answer that was cut short by the cluster's own time limit");
        }
    }
}
