using System.Text.Json;

namespace Portage.Sandbox.Mappings;

/// <summary>Reads sources as a server does: with comments, and with a byte order mark, which are kept and mean nothing.</summary>
internal static class SourceJson
{
    // The real server has no limit of its own where a mapping looks at nothing (2.19.1: 1,500 levels taken).
    private const int DepthMax = 5_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = DepthMax, AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="JsonException">It is not JSON, or has a key twice.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> source) => JsonDocument.Parse(WithoutMark(source), Options);

    /// <summary>The source from its first character on.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> source) => source.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? source[3..] : source;
}
