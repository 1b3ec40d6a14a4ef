using System.Text.Json;
using Portage.Clusters.Failures;

namespace Portage.Clusters.Validation;

/// <summary>Reads the answer to <c>_mget</c>: <c>{"docs":[{"found":true,"_source":{…}},{"found":false},{"error":{…}}]}</c>, in the order asked.</summary>
internal static class MultiGetReply
{
    /// <exception cref="JsonException">It is of another shape.</exception>
    public static List<FoundDocument> Read(ReadOnlyMemory<byte> body, IReadOnlyList<DocumentKey> keys, Func<string, ClusterError, ClusterException> failure)
    {
        var found = new List<FoundDocument>(keys.Count);
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDocs = reader.ValueTextEquals("docs"u8);
            reader.Read();
            if (!isDocs || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                if (found.Count == keys.Count)
                {
                    throw new JsonException("There are more documents than were asked for.");
                }

                found.Add(ReadDocument(body, ref reader, keys[found.Count], failure));
            }
        }

        return found.Count == keys.Count ? found : throw new JsonException($"There are {found.Count} documents where {keys.Count} were asked for.");
    }

    private static FoundDocument ReadDocument(ReadOnlyMemory<byte> body, ref Utf8JsonReader reader, DocumentKey key, Func<string, ClusterError, ClusterException> failure)
    {
        var isFound = false;
        var routing = default(string);
        var (number, term, version) = (default(long?), default(long?), default(long?));
        var source = default(ReadOnlyMemory<byte>?);
        var error = default(ReadOnlyMemory<byte>?);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFoundProperty = reader.ValueTextEquals("found"u8);
            var isRouting = reader.ValueTextEquals("_routing"u8);
            var isSource = reader.ValueTextEquals("_source"u8);
            var isError = reader.ValueTextEquals("error"u8);
            var isNumber = reader.ValueTextEquals("_seq_no"u8);
            var isTerm = reader.ValueTextEquals("_primary_term"u8);
            var isVersion = reader.ValueTextEquals("_version"u8);
            reader.Read();
            number = isNumber ? reader.GetInt64() : number;
            term = isTerm ? reader.GetInt64() : term;
            version = isVersion ? reader.GetInt64() : version;
            isFound |= isFoundProperty && reader.TokenType == JsonTokenType.True;
            routing = isRouting ? reader.GetString() : routing;
            var value = JsonSlices.Value(body, ref reader);
            source = isSource ? value : source;
            error = isError ? value : error;
        }

        if (error is { } bytes)
        {
            // Wrapped again, because that is how whole answers carry their error.
            var why = ClusterError.Read((byte[])[.. "{\"error\":"u8, .. bytes.Span, (byte)'}']) ?? new(null, null, []);
            return why.Type == "index_not_found_exception" ? new(key, IsFound: false, null, null) : throw failure(key.Index, why);
        }

        return new(key, isFound, routing, source) { SequenceNumber = number, PrimaryTerm = term, Version = version };
    }
}
