using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Portage.Bench.Benches;

/// <summary>What a <see cref="NullBulkServer"/> took in since it was asked last.</summary>
/// <param name="Seconds">From the first byte of the first request to the end of the last answer.</param>
/// <param name="WholeSeconds">How long whoever sent it ran, from its start to its end.</param>
internal sealed record Received(long Documents, long Bytes, long Requests, double Seconds, double WholeSeconds);

/// <summary>
/// A cluster that takes every document and keeps none: <c>_bulk</c> is read to its end, its operations counted, and each one answered
/// as a cluster would that created it. In a process of its own, so that its work is nobody else's.
/// </summary>
internal sealed class NullBulkServer
{
    public const string Verb = "null-bulk";
    public const string CountPath = "/_received";

    // Larger than most requests and answers. Kept, because on a machine of two cores what this server does its senders cannot.
    private const int BodyBytes = 16 * 1024 * 1024;

    private readonly ConcurrentBag<Buffers> _idle = [];
    private readonly Lock _gate = new();
    private long _documents;
    private long _bytes;
    private long _requests;
    private long _first;
    private long _last;

    /// <summary>Serves until its standard input ends; prints its port first.</summary>
    public static async Task ServeAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        await using var web = builder.Build();
        var server = new NullBulkServer();
        web.Run(server.AnswerAsync);
        await web.StartAsync(cancellationToken);
        Console.WriteLine(new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port);
        await Console.In.ReadToEndAsync(cancellationToken);
    }

    private Task AnswerAsync(HttpContext context) => context.Request switch
    {
        { Path.Value: CountPath } => context.Response.WriteAsync(TakeReceived()),
        { Method: "POST" or "PUT" } request when request.Path.Value!.EndsWith("_bulk", StringComparison.Ordinal) => BulkAsync(context),
        { Method: "HEAD" } => NotFoundAsync(context),
        { Path.Value: { } path } when path.Contains("/_settings/", StringComparison.Ordinal) => NotFoundAsync(context),
        { Path.Value: "/" } => JsonAsync(context, """{"name":"null","cluster_name":"null","cluster_uuid":"null","version":{"distribution":"opensearch","number":"2.19.1","lucene_version":"9.12.1","minimum_wire_compatibility_version":"7.10.0","minimum_index_compatibility_version":"7.0.0"},"tagline":"null"}"""),
        _ => JsonAsync(context, """{"acknowledged":true,"_shards":{"total":1,"successful":1,"failed":0}}"""),
    };

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Request.Method == "HEAD" ? Task.CompletedTask : JsonAsync(context, """{"error":{"type":"index_not_found_exception","reason":"no such index"},"status":404}""");
    }

    private static Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=UTF-8";
        return context.Response.WriteAsync(json);
    }

    private string TakeReceived()
    {
        lock (_gate)
        {
            var received = string.Create(CultureInfo.InvariantCulture, $"{_documents} {_bytes} {_requests} {(_requests == 0 ? 0 : TimeProvider.System.GetElapsedTime(_first, _last).TotalSeconds)}");
            (_documents, _bytes, _requests, _first, _last) = (0, 0, 0, 0, 0);
            return received;
        }
    }

    private async Task BulkAsync(HttpContext context)
    {
        var began = TimeProvider.System.GetTimestamp();
        if (!_idle.TryTake(out var buffers))
        {
            buffers = new(new(BodyBytes), new(BodyBytes));
        }

        var (body, answer) = buffers;
        var input = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        int read;
        while ((read = await input.ReadAsync(body.GetMemory(1 << 16), context.RequestAborted)) > 0)
        {
            body.Advance(read);
        }

        // As a cluster does that is asked for little: what an answer costs to read is part of what is measured.
        var isShort = context.Request.Query.ContainsKey("filter_path");
        var index = context.Request.Path.Value!.Trim('/').Split('/') is [var named, "_bulk"] ? named : null;
        var documents = isShort ? AnswerShort(body.WrittenSpan, answer) : Answer(body.WrittenSpan, answer, index);
        context.Response.ContentType = "application/json; charset=UTF-8";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory, context.RequestAborted);
        lock (_gate)
        {
            _first = _requests == 0 ? began : Math.Min(began, _first);
            _last = TimeProvider.System.GetTimestamp();
            _documents += documents;
            _bytes += body.WrittenCount;
            _requests++;
        }

        body.ResetWrittenCount();
        answer.ResetWrittenCount();
        _idle.Add(buffers);
    }

    /// <summary>What is left of an answer when only results and states were asked for: the same words for every document.</summary>
    private static int AnswerShort(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> answer)
    {
        answer.Write("{\"errors\":false,\"items\":["u8);
        var documents = 0;
        while (body.Length > 0)
        {
            var line = TakeLine(ref body);
            if (line.Length > 0)
            {
                answer.Write(documents++ == 0 ? ""u8 : ","u8);
                answer.Write(line.StartsWith("{\"create\""u8) ? "{\"create\":{\"result\":\"created\",\"status\":201}}"u8 : "{\"index\":{\"result\":\"created\",\"status\":201}}"u8);
                TakeLine(ref body);
            }
        }

        answer.Write("]}"u8);
        return documents;
    }

    private static int Answer(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> answer, string? index)
    {
        using var json = new Utf8JsonWriter(answer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteNumber("took", 1);
        json.WriteBoolean("errors", false);
        json.WriteStartArray("items");
        var documents = 0;
        while (body.Length > 0)
        {
            var line = TakeLine(ref body);
            if (line.Length > 0)
            {
                AnswerOne(line, json, index, documents++);
                TakeLine(ref body);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return documents;
    }

    /// <param name="line">As <c>{"index":{"_index":"shop","_id":"1"}}</c>. A delete, which has no second line, is sent by nobody here.</param>
    private static void AnswerOne(ReadOnlySpan<byte> line, Utf8JsonWriter json, string? index, int sequence)
    {
        var action = new Utf8JsonReader(line);
        action.Read();
        action.Read();
        json.WriteStartObject();
        json.WriteStartObject(action.ValueSpan);
        action.Read();
        while (action.Read() && action.TokenType == JsonTokenType.PropertyName)
        {
            var (isIndex, isId) = (action.ValueTextEquals("_index"u8), action.ValueTextEquals("_id"u8));
            action.Read();
            if (isIndex || isId)
            {
                json.WriteString(isIndex ? "_index"u8 : "_id"u8, action.ValueSpan);
                index = isIndex ? null : index;
            }
        }

        if (index is not null)
        {
            json.WriteString("_index", index);
        }

        json.WriteNumber("_version", 1);
        json.WriteStartObject("_shards");
        json.WriteNumber("total", 1);
        json.WriteNumber("successful", 1);
        json.WriteNumber("failed", 0);
        json.WriteEndObject();
        json.WriteNumber("_seq_no", sequence);
        json.WriteNumber("_primary_term", 1);
        json.WriteString("result", "created");
        json.WriteNumber("status", 201);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> TakeLine(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        var line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return line;
    }

    private sealed record Buffers(ArrayBufferWriter<byte> Body, ArrayBufferWriter<byte> Answer);
}
