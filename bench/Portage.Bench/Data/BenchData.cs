using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Testing;

namespace Portage.Bench.Data;

/// <summary>
/// The documents that are read: made once by a real Elasticsearch 7.10, then kept in <c>artifacts/bench</c>. Two indices of one
/// shard each are scanned, one a codec; the first of them is moved too, and stays in the server's data for elasticdump to read.
/// </summary>
internal static class BenchData
{
    public const string Snapshot = "bench";
    public const string Lz4 = "scan-lz4";
    public const string Deflate = "scan-deflate";
    public const string Moved = Lz4;

    private const long ScanBytes = 2_200_000_000;
    private const int Seed = 2;
    private const int BodyBytes = 4 * 1024 * 1024;

    public static string Folder { get; } = Path.Combine(Checkout.Root, "artifacts", "bench");

    /// <summary>The snapshot repository.</summary>
    public static string Repository { get; } = Path.Combine(Folder, "repository");

    /// <summary>Where the server keeps what it holds.</summary>
    public static string ServerData { get; } = Path.Combine(Folder, "elasticsearch");

    /// <summary>How many documents elasticdump and Portage move.</summary>
    public static int MovedCount => int.Parse(File.ReadAllText(Mark), CultureInfo.InvariantCulture);

    private static string Mark { get; } = Path.Combine(Folder, "complete");

    /// <summary>Why there can be no data here; null when there can.</summary>
    public static string? WhyNot => File.Exists(Mark) || Checkout.Shared("PORTAGE_SERVERS", "servers") is not null
        ? null
        : "no real Elasticsearch: neither PORTAGE_SERVERS nor ../shared/servers exists";

    /// <summary>Starts the server that holds the documents to move.</summary>
    public static Task<RealServer> StartServerAsync(CancellationToken cancellationToken)
    {
        // Its breaker counts garbage that is not collected yet, and refuses requests for that.
        Environment.SetEnvironmentVariable("HEAP", "2g");
        return RealServer.ElasticsearchAsync(cancellationToken, Repository, ServerData, "indices.breaker.total.use_real_memory=false");
    }

    /// <summary>Makes what is not there yet: some minutes, and about 3 GB.</summary>
    public static async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Mark))
        {
            return;
        }

        if (Directory.Exists(Repository))
        {
            Directory.Delete(Repository, recursive: true);
        }

        Directory.CreateDirectory(Repository);

        await using var server = await StartServerAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new(server.Endpoint), Timeout = Timeout.InfiniteTimeSpan };
        await FillAsync(client, Lz4, "default", cancellationToken);
        await FillAsync(client, Deflate, "best_compression", cancellationToken);
        var repository = new JsonObject { ["type"] = "fs", ["settings"] = new JsonObject { ["location"] = Repository, ["max_snapshot_bytes_per_sec"] = "1gb" } };
        await SendAsync(client, HttpMethod.Put, "_snapshot/bench", repository.ToJsonString(), cancellationToken);
        await Console.Error.WriteLineAsync("  taking the snapshot");
        await SendAsync(client, HttpMethod.Put, $"_snapshot/bench/{Snapshot}?wait_for_completion=true", """{"include_global_state":false}""", cancellationToken);
        await SendAsync(client, HttpMethod.Delete, Deflate, null, cancellationToken);
        var count = await client.GetStringAsync($"_cat/count/{Moved}?h=count", cancellationToken);
        await File.WriteAllTextAsync(Mark, count.Trim(), cancellationToken);
    }

    private static async Task FillAsync(HttpClient client, string index, string codec, CancellationToken cancellationToken)
    {
        // Marked one by one: what was filled before an interruption is not filled again.
        var mark = Path.Combine(Folder, $"{index}.filled");
        if (File.Exists(mark))
        {
            return;
        }

        await SendAsync(client, HttpMethod.Delete, $"{index}?ignore_unavailable=true", null, cancellationToken);

        // Only the sources matter here, and fields that are not indexed are not analysed either.
        var settings = new JsonObject
        {
            ["settings"] = new JsonObject { ["number_of_shards"] = 1, ["number_of_replicas"] = 0, ["codec"] = codec, ["refresh_interval"] = "-1", ["translog.durability"] = "async" },
            ["mappings"] = new JsonObject { ["dynamic"] = false },
        };
        await SendAsync(client, HttpMethod.Put, index, settings.ToJsonString(), cancellationToken);
        var documents = new DocumentSource(Seed);
        var body = new ArrayBufferWriter<byte>(BodyBytes + (64 * 1024));
        var (count, bytes) = (0, 0L);
        while (bytes < ScanBytes)
        {
            body.ResetWrittenCount();
            while (body.WrittenCount < BodyBytes && bytes < ScanBytes)
            {
                body.Write("{\"index\":{}}\n"u8);
                var before = body.WrittenCount;
                documents.Write(body);
                bytes += body.WrittenCount - before;
                body.Write("\n"u8);
                count++;
            }

            using var content = new ReadOnlyMemoryContent(body.WrittenMemory);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            using var reply = await client.PostAsync($"{index}/_bulk?filter_path=errors", content, cancellationToken);
            if (await reply.Content.ReadAsStringAsync(cancellationToken) is not """{"errors":false}""" and var answer)
            {
                throw new InvalidOperationException($"{index}: {answer}");
            }
        }

        await SendAsync(client, HttpMethod.Post, $"{index}/_refresh", null, cancellationToken);
        await SendAsync(client, HttpMethod.Post, $"{index}/_flush", null, cancellationToken);
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {index}: {count:N0} documents, {bytes:N0} bytes of sources"));
        await File.WriteAllTextAsync(mark, "", cancellationToken);
    }

    private static async Task SendAsync(HttpMethod method, HttpClient client, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var reply = await client.SendAsync(request, cancellationToken);
        if (!reply.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path}: {await reply.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string? json, CancellationToken cancellationToken)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        await SendAsync(method, client, path, content, cancellationToken);
    }
}
