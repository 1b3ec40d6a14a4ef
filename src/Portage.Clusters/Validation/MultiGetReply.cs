using System.Buffers.Text;
using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Validation;

/// <summary>Reads the answer to <c>_mget</c>: <c>{"docs":[{"found":true,"_source":{…}},{"found":false},{"error":{…}}]}</c>, in the order asked.</summary>
/// <remarks>
/// Sources stand in it byte for byte as they are kept, so that the answer is as odd as they are. One that ends with a comment to the end of its line
/// swallows what follows: then the answer cannot be read, and the sources must be asked for one by one.
/// </remarks>
internal static class MultiGetReply
{
    // What passes by itself: the cluster gives no status of one document.
    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "no_shard_available_action_exception", "unavailable_shards_exception", "node_not_connected_exception", "node_disconnected_exception", "node_closed_exception",
        "receive_timeout_transport_exception", "circuit_breaking_exception", "es_rejected_execution_exception", "rejected_execution_exception", "opensearch_rejected_execution_exception",
    };

    /// <param name="failure">Makes the exception for an error about one document, out of the index, a status, and the error.</param>
    /// <exception cref="JsonException">It is of another shape, or a source in it hides the rest.</exception>
    public static List<FoundDocument> Read(ReadOnlyMemory<byte> body, IReadOnlyList<DocumentKey> keys, Func<string, int, ClusterError, ClusterException> failure)
    {
        var found = new List<FoundDocument>(keys.Count);
        var at = new SourceTokens(body.Span);
        Expect(ref at, (byte)'{');
        for (var isFirst = true; NextName(ref at, isFirst, out var name); isFirst = false)
        {
            if (!name.SequenceEqual("\"docs\""u8))
            {
                Value(body, ref at);
                continue;
            }

            Expect(ref at, (byte)'[');
            for (var isFirstOne = true; NextElement(ref at, isFirstOne); isFirstOne = false)
            {
                if (found.Count == keys.Count)
                {
                    throw new JsonException("There are more documents than were asked for.");
                }

                found.Add(ReadDocument(body, ref at, keys[found.Count], failure));
            }
        }

        return at.Read() ? throw new JsonException("There is something after its end.")
            : found.Count == keys.Count ? found
            : throw new JsonException($"There are {found.Count} documents where {keys.Count} were asked for.");
    }

    private static FoundDocument ReadDocument(ReadOnlyMemory<byte> body, ref SourceTokens at, DocumentKey key, Func<string, int, ClusterError, ClusterException> failure)
    {
        var document = new FoundDocument(key, IsFound: false, null, null);
        var error = default(ReadOnlyMemory<byte>?);
        for (var isFirst = true; NextName(ref at, isFirst, out var name); isFirst = false)
        {
            var value = Value(body, ref at);
            if (name.SequenceEqual("\"found\""u8))
            {
                document = document with { IsFound = value.Span.SequenceEqual("true"u8) };
            }
            else if (name.SequenceEqual("\"_routing\""u8))
            {
                document = document with { Routing = Text(value.Span) };
            }
            else if (name.SequenceEqual("\"_source\""u8))
            {
                document = document with { Source = value };
            }
            else if (name.SequenceEqual("\"_seq_no\""u8))
            {
                document = document with { SequenceNumber = Number(value.Span) };
            }
            else if (name.SequenceEqual("\"_primary_term\""u8))
            {
                document = document with { PrimaryTerm = Number(value.Span) };
            }
            else if (name.SequenceEqual("\"_version\""u8))
            {
                document = document with { Version = Number(value.Span) };
            }
            else if (name.SequenceEqual("\"error\""u8))
            {
                error = value;
            }
            else if (name.SequenceEqual("\"_id\""u8) && Text(value.Span) != key.Id)
            {
                throw new JsonException("There is a document that was not asked for.");
            }
        }

        if (error is { } bytes)
        {
            // Wrapped again, because that is how whole answers carry their error.
            var why = ClusterError.Read((byte[])[.. "{\"error\":"u8, .. bytes.Span, (byte)'}']) ?? new(null, null, []);
            return why.Type == "index_not_found_exception" ? new(key, IsFound: false, null, null) : throw failure(key.Index, why.Type is { } type && Passing.Contains(type) ? 503 : 200, why);
        }

        return document;
    }

    private static void Expect(ref SourceTokens at, byte first)
    {
        if (!at.Read() || at.First != first)
        {
            throw new JsonException($"Something else stands where '{(char)first}' was expected.");
        }
    }

    /// <summary>Goes past the name of the next member and its colon; false at the end of the object.</summary>
    private static bool NextName(ref SourceTokens at, bool isFirst, out ReadOnlySpan<byte> name)
    {
        name = default;
        var isThere = at.Read();
        if (isThere && at.First == (byte)'}')
        {
            return false;
        }

        if (isThere && !isFirst && at.First == (byte)',')
        {
            isThere = at.Read();
        }
        else if (!isFirst)
        {
            isThere = false;
        }

        name = at.Token;
        return isThere && at.First == (byte)'"' && at.Read() && at.First == (byte)':' ? true : throw new JsonException("Something else stands where a member was expected.");
    }

    /// <summary>Goes to the beginning of the next element, which is an object; false at the end of the array.</summary>
    private static bool NextElement(ref SourceTokens at, bool isFirst)
    {
        var isThere = at.Read();
        if (isThere && at.First == (byte)']')
        {
            return false;
        }

        if (!isFirst)
        {
            isThere = isThere && at.First == (byte)',' && at.Read();
        }

        return isThere && at.First == (byte)'{' ? true : throw new JsonException("Something else stands where a document was expected.");
    }

    /// <summary>The bytes of the next value, from its first token to its last.</summary>
    private static ReadOnlyMemory<byte> Value(ReadOnlyMemory<byte> body, ref SourceTokens at)
    {
        if (!at.Read() || at.First is (byte)'}' or (byte)']' or (byte)',' or (byte)':')
        {
            throw new JsonException("There is no value.");
        }

        var start = at.Start;
        return at.SkipValue() ? body[start..at.End] : throw new JsonException("A value has no end.");
    }

    private static string? Text(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.GetString();
    }

    private static long Number(ReadOnlySpan<byte> json) =>
        Utf8Parser.TryParse(json, out long number, out var length) && length == json.Length ? number : throw new JsonException("There is no number.");
}
