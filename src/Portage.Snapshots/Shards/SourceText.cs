using System.Buffers;

namespace Portage.Snapshots.Shards;

/// <summary>Fits the text of a source to line formats (NDJSON, <c>_bulk</c>) without touching anything that means something.</summary>
public static class SourceText
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<byte> Interesting = SearchValues.Create("\r\n\"/"u8);
    private static readonly SearchValues<byte> InString = SearchValues.Create("\"\\"u8);

    /// <summary>True where there is a line break anywhere. JSON allows none inside strings, so it is one between tokens.</summary>
    public static bool HasLineBreaks(ReadOnlySpan<byte> source) => source.ContainsAny(LineBreaks);

    /// <summary>
    /// The source without the line breaks (LF and CR) between its tokens, and otherwise byte for byte as it is: blanks and tabs
    /// stay, and so does every number. Returns <paramref name="source"/> itself where there is none, which costs one search.
    /// </summary>
    /// <param name="source">JSON: in the other formats a line break may mean something.</param>
    /// <remarks>
    /// Elasticsearch takes and stores comments (7.10.2: tried). One that goes to the end of its line would swallow the rest of
    /// the document if it lost that end, so it goes with its line break; so does one between <c>/*</c> and <c>*/</c> that has breaks in it.
    /// </remarks>
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
        if (!HasLineBreaks(source))
        {
            source.CopyTo(destination);
            return source.Length;
        }

        var written = 0;
        while (!source.IsEmpty)
        {
            var (kept, dropped) = Next(source);
            source[..kept].CopyTo(destination[written..]);
            written += kept;
            source = source[(kept + dropped)..];
        }

        return written;
    }

    // How many bytes to keep, and how many to drop after them.
    private static (int Kept, int Dropped) Next(ReadOnlySpan<byte> source)
    {
        var at = source.IndexOfAny(Interesting);
        if (at < 0)
        {
            return (source.Length, 0);
        }

        return source[at] switch
        {
            (byte)'"' => (at + StringLength(source[at..]), 0),
            (byte)'/' when source[at..].StartsWith("//"u8) => (at, LineLength(source[at..])),
            (byte)'/' when source[at..].StartsWith("/*"u8) => InComment(source, at),
            (byte)'/' => (at + 1, 0),
            _ => (at, 1),
        };
    }

    // A quote in a comment begins no string.
    private static (int Kept, int Dropped) InComment(ReadOnlySpan<byte> source, int start)
    {
        var end = source[(start + 2)..].IndexOf("*/"u8);
        var length = end < 0 ? source.Length - start : end + 4;
        var lineBreak = source.Slice(start, length).IndexOfAny(LineBreaks);
        // The rest of a comment with a line break in it is no longer recognised as one: it is dropped with the break.
        return lineBreak < 0 ? (start + length, 0) : (start, length);
    }

    private static int LineLength(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny(LineBreaks);
        return end < 0 ? line.Length : end + 1;
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
