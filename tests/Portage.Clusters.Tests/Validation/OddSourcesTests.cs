using System.Text;
using System.Text.Json;
using Portage.Clusters.Failures;
using Portage.Clusters.Tests.Scripting;
using Portage.Clusters.Validation;

namespace Portage.Clusters.Tests.Validation;

/// <summary>An answer holds sources byte for byte, as odd as they may be: none of them hides the others.</summary>
public sealed class OddSourcesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Odd => new()
    {
        { "deep", Nested("{\"a\":", "}", 5_000) },
        { "deep array", Nested("[", "]", 5_000) },
        { "comment", "{\"a\":/* } */1}"u8.ToArray() },
        { "comment to the end of its line", "{\"a\":1// }\n}"u8.ToArray() },
        { "key twice", """{"a":1,"a":2}"""u8.ToArray() },
        { "no UTF-8", [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, 0xFF, .. "\"}"u8] },
        { "words of no JSON", """{"a":NaN,"b":-Infinity}"""u8.ToArray() },
        { "brackets in a string", """{"a":"}]\"\\"}"""u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task GetAsync_OddSource_IsReadWithItsNeighbours(string what, byte[] source)
    {
        await using var server = new ScriptedServer(_ => Reply([(1, "{\"n\":1}"u8.ToArray()), (2, source), (3, "{\"n\":3}"u8.ToArray())]));
        var found = await GetAsync(server, 3);
        Assert.True(source.AsSpan().SequenceEqual(found[1].Source!.Value.Span), what);
        Assert.Equal(["""{"n":1}""", """{"n":3}"""], [Text(found[0]), Text(found[2])]);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task GetAsync_ByteOrderMark_IsReadWithoutIt()
    {
        await using var server = new ScriptedServer(_ => Reply([(1, [0xEF, 0xBB, 0xBF, .. "{\"n\":1}"u8])]));
        Assert.Equal("""{"n":1}""", Text(Assert.Single(await GetAsync(server, 1))));
    }

    // The only thing that hides what follows it in the answer.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task GetAsync_SourceEndsInACommentToTheEndOfItsLine_IsAskedForByItself(int odd)
    {
        byte[] Source(int id) => Encoding.UTF8.GetBytes(id == odd ? $$"""{"n":{{id}} }// so""" : $$"""{"n":{{id}} }""");
        await using var server = new ScriptedServer(request => request.Path.StartsWith("/logs/_source/", StringComparison.Ordinal)
            ? new() { Bytes = Source(int.Parse(request.Path.Split('/')[^1], null)) }
            : Reply([.. Ids(request).Select(id => (id, WithSources(request) ? Source(id) : null))]));
        var found = await GetAsync(server, 7);
        Assert.Equal(Enumerable.Range(1, 7).Select(id => Encoding.UTF8.GetString(Source(id))), found.Select(Text));
        Assert.All(found, document => Assert.Equal(5, document.SequenceNumber));
        Assert.Single(server.Requests, request => request.Path == $"/logs/_source/{odd}");
    }

    [Fact]
    public async Task GetAsync_AnswerIsOddWithoutSourcesToo_IsNotBelieved()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json("""{"docs":[{"found":true"""));
        await Assert.ThrowsAsync<ClusterProtocolException>(() => GetAsync(server, 5));
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"docs":[{"_id":"1","found":true,"_source":{}},{"_id":"1","found":false}]}""")]
    [InlineData("""{"docs":[{"_id":"1","found":true,"_source":{}}]}""")]
    [InlineData("""{"docs":[{"_id":"1","found":false},{"_id":"2","found":false},{"_id":"3","found":false}]}""")]
    [InlineData("""{"docs":[{"_id":"1","found":false} {"_id":"2","found":false}]}""")]
    [InlineData("""{"docs":[{"_id":"1","found":false},{"_id":"2","found":false}]}}""")]
    public async Task GetAsync_AnswerOfAnotherShape_IsNotBelieved(string answer)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json(answer));
        await Assert.ThrowsAsync<ClusterProtocolException>(() => GetAsync(server, 2));
    }

    [Theory]
    [InlineData("no_shard_available_action_exception", 503)]
    [InlineData("routing_missing_exception", 200)]
    public async Task GetAsync_OneDocumentFails_TellsWhatPassesFromWhatStays(string type, int status)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Json($$$"""{"docs":[{"_id":"1","error":{"type":"{{{type}}}","reason":"so"}}]}"""));
        var failure = await Assert.ThrowsAsync<ClusterRequestException>(() => GetAsync(server, 1));
        Assert.Equal((status, type), (failure.Status, failure.ErrorType));
    }

    private static async Task<List<FoundDocument>> GetAsync(ScriptedServer server, int count)
    {
        using var client = new ClusterClient(new(server.Endpoint), TimeProvider.System);
        return await new ClusterDocuments(client).GetAsync([.. Enumerable.Range(1, count).Select(id => new DocumentKey("logs", $"{id}", null))], Cancellation);
    }

    private static ScriptedReply Reply((int Id, byte[]? Source)[] documents)
    {
        using var body = new MemoryStream();
        body.Write("{\"docs\":["u8);
        foreach (var (i, (id, source)) in documents.Index())
        {
            body.Write(Encoding.UTF8.GetBytes($$"""{{(i > 0 ? "," : "")}}{"_index":"logs","_id":"{{id}}","_version":1,"_seq_no":5,"_primary_term":1,"found":true"""));
            if (source is not null)
            {
                body.Write(",\"_source\":"u8);
                body.Write(source);
            }

            body.WriteByte((byte)'}');
        }

        body.Write("]}"u8);
        return new() { Bytes = body.ToArray() };
    }

    private static IEnumerable<int> Ids(ScriptedRequest request) =>
        JsonDocument.Parse(request.Body).RootElement.GetProperty("docs").EnumerateArray().Select(doc => int.Parse(doc.GetProperty("_id").GetString()!, null));

    private static bool WithSources(ScriptedRequest request) => !request.Text.Contains("\"_source\":false", StringComparison.Ordinal);

    private static byte[] Nested(string open, string close, int depth) => Encoding.UTF8.GetBytes("{\"o\":" + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + "}");

    private static string? Text(FoundDocument document) => document.Source is { } source ? Encoding.UTF8.GetString(source.Span) : null;
}
