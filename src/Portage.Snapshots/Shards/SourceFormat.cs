namespace Portage.Snapshots.Shards;

/// <summary>
/// What a stored source is written in. Elasticsearch and OpenSearch keep a document as it was sent, in any of the four formats
/// that their API takes.
/// </summary>
public enum SourceFormat
{
    /// <summary>UTF-8 JSON text.</summary>
    Json,

    /// <summary>SMILE, Jackson's binary JSON.</summary>
    Smile,

    /// <summary>CBOR (RFC 8949).</summary>
    Cbor,

    /// <summary>YAML text.</summary>
    Yaml,

    /// <summary>None of these.</summary>
    Unknown,
}

/// <summary>Tells the format of a source from its first bytes, as <c>XContentFactory.xContentType</c> does.</summary>
public static class SourceFormats
{
    /// <summary>The format that the first bytes of <paramref name="source"/> are those of.</summary>
    public static SourceFormat Of(ReadOnlySpan<byte> source)
    {
        if (source.IsEmpty)
        {
            return SourceFormat.Unknown;
        }

        switch (source[0])
        {
            case (byte)'{':
                return SourceFormat.Json;
            case (byte)':' when source.StartsWith(":)\n"u8):
                return SourceFormat.Smile;
            case (byte)'-' when source.StartsWith("---"u8):
                return SourceFormat.Yaml;
            // A map of indefinite or definite length, or the tag 55799 that says "this is CBOR".
            case 0xBF or (>= 0xA0 and <= 0xBB):
                return SourceFormat.Cbor;
            case 0xD9 when source.StartsWith((ReadOnlySpan<byte>)[0xD9, 0xD9, 0xF7]):
                return SourceFormat.Cbor;
            default:
                return StartsWithBrace(source) ? SourceFormat.Json : SourceFormat.Unknown;
        }
    }

    // The fixtures have documents with line breaks before the brace.
    private static bool StartsWithBrace(ReadOnlySpan<byte> source)
    {
        var start = source.IndexOfAnyExcept(" \t\r\n"u8);
        if (start == 0 && source.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            start = 3;
        }

        return start >= 0 && start < source.Length && source[start] == (byte)'{';
    }
}
