using System.Buffers;

namespace Portage.Clusters.Validation;

/// <summary>
/// Takes a JSON text apart into tokens as servers read it: they keep sources as they were sent, with comments, a byte order mark,
/// any depth, keys that occur twice and bytes that are no UTF-8. Says nothing of whether the text is valid; a text without an end ends where it ends.
/// </summary>
/// <remarks>
/// Tokens are the punctuation characters one by one, strings with their quotes, and everything else (numbers, words) up to the next of
/// those. Blanks, comments (<c>/* */</c> and <c>//</c> to the end of the line) and byte order marks between them are passed over.
/// It holds no stack: how deep a text is makes no difference.
/// </remarks>
/// <param name="text">The text; not copied.</param>
/// <param name="from">Where to begin.</param>
public ref struct SourceTokens(ReadOnlySpan<byte> text, int from = 0)
{
    private static readonly SearchValues<byte> InString = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> EndOfWord = SearchValues.Create([.. " \t\r\n{}[]:,\"/"u8, 0xEF]);
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    private readonly ReadOnlySpan<byte> _text = text;

    /// <summary>Where the token begins.</summary>
    public int Start { get; private set; } = from;

    /// <summary>Where the text after the token begins.</summary>
    public int End { get; private set; } = from;

    /// <summary>The token as it stands in the text; empty before the first and after the last.</summary>
    public readonly ReadOnlySpan<byte> Token => _text[Start..End];

    /// <summary>Its first byte; 0 where there is none.</summary>
    public readonly byte First => Start < End ? _text[Start] : (byte)0;

    /// <summary>Goes to the next token; false when there is none.</summary>
    public bool Read()
    {
        Start = SkipBetween(End);
        End = Start == _text.Length ? Start : Start + Length(_text[Start..]);
        return Start < End;
    }

    /// <summary>Goes to the last token of the value whose first token it stands at; false when the text ends before the value does.</summary>
    public bool SkipValue()
    {
        var depth = 0L;
        do
        {
            depth += First switch
            {
                (byte)'{' or (byte)'[' => 1,
                (byte)'}' or (byte)']' => -1,
                _ => 0,
            };
            if (depth <= 0)
            {
                return depth == 0 && Start < End;
            }
        }
        while (Read());

        return false;
    }

    private static int Length(ReadOnlySpan<byte> rest)
    {
        switch (rest[0])
        {
            case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']' or (byte)':' or (byte)',':
                return 1;
            case (byte)'"':
                return StringLength(rest);
            default:
                var end = rest[1..].IndexOfAny(EndOfWord);
                return end < 0 ? rest.Length : end + 1;
        }
    }

    private static int StringLength(ReadOnlySpan<byte> quoted)
    {
        var at = 1;
        while (at < quoted.Length && quoted[at..].IndexOfAny(InString) is >= 0 and var next)
        {
            at += next;
            if (quoted[at] == (byte)'"')
            {
                return at + 1;
            }

            // The escaped character is part of the string, whatever it is.
            at += 2;
        }

        return quoted.Length;
    }

    private readonly int SkipBetween(int at)
    {
        while (at < _text.Length)
        {
            var rest = _text[at..];
            if (rest[0] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            {
                at++;
            }
            else if (rest.StartsWith("/*"u8))
            {
                at += rest[2..].IndexOf("*/"u8) is >= 0 and var end ? end + 4 : rest.Length;
            }
            else if (rest.StartsWith("//"u8))
            {
                at += rest.IndexOfAny(LineBreaks) is >= 0 and var end ? end : rest.Length;
            }
            else if (rest.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            {
                at += 3;
            }
            else
            {
                break;
            }
        }

        return at;
    }
}
