using System.Buffers;

namespace Portage.Snapshots.Shards;

/// <summary>Fits the text of a source to line formats (NDJSON, <c>_bulk</c>) without touching anything that means something.</summary>
public static class SourceText
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<byte> Interesting = SearchValues.Create("\r\n\""u8);
    private static readonly SearchValues<byte> InString = SearchValues.Create("\"\\"u8);

    /// <summary>True where there is a line break anywhere. JSON allows none inside strings, so it is one between tokens.</summary>
    public static bool HasLineBreaks(ReadOnlySpan<byte> source) => source.ContainsAny(LineBreaks);

    /// <summary>
    /// The source without the line breaks (LF and CR) between its tokens, and otherwise byte for byte as it is: blanks and tabs
    /// stay, and so does every number. Returns <paramref name="source"/> itself where there is none, which costs one search.
    /// </summary>
    /// <param name="source">JSON: in the other formats a line break may mean something.</param>
    public static ReadOnlyMemory<byte> Compact(ReadOnlyMemory<byte> source)
    {
        if (!HasLineBreaks(source.Span))
        {
            return source;
        }

        var compact = new byte[source.Length];
        return compact.AsMemory(0, Compact(source.Span, compact));
    }

    /// <summary>The same, into memory of the caller's, at least as long as the source. Returns how many bytes were written.</summary>
    public static int Compact(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = 0;
        while (!source.IsEmpty)
        {
            var next = source.IndexOfAny(Interesting);
            var length = next < 0 ? source.Length : source[next] == (byte)'"' ? next + StringLength(source[next..]) : next;
            source[..length].CopyTo(destination[written..]);
            written += length;
            source = source[length..];
            if (!source.IsEmpty && source[0] is (byte)'\r' or (byte)'\n')
            {
                source = source[1..];
            }
        }

        return written;
    }

    // From quote to quote; to the end where there is no other (not JSON then, and kept as it is).
    private static int StringLength(ReadOnlySpan<byte> quoted)
    {
        var at = 1;
        while (at < quoted.Length)
        {
            var next = quoted[at..].IndexOfAny(InString);
            if (next < 0)
            {
                return quoted.Length;
            }

            at += next;
            if (quoted[at] == (byte)'"')
            {
                return at + 1;
            }

            at += 2;
        }

        return quoted.Length;
    }
}
