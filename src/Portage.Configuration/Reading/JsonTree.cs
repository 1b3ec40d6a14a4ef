using System.Text;
using System.Text.Json;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Reading;

/// <summary>Reads JSON with comments and trailing commas into a tree that knows its places.</summary>
internal ref struct JsonTree
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly Findings _findings;
    private readonly bool _withPlaces;
    private Utf8JsonReader _reader;
    private int _offset;
    private int _line = 1;
    private int _column = 1;

    private JsonTree(ReadOnlySpan<byte> text, ReadOnlySpan<byte> withoutComments, Findings findings, bool withPlaces)
    {
        _text = text;
        (_findings, _withPlaces) = (findings, withPlaces);
        _reader = new(withoutComments, new JsonReaderOptions { AllowTrailingCommas = true, MaxDepth = YamlTree.DepthMax });
    }

    /// <summary>The text as a tree; null, with a finding, when it is not JSON.</summary>
    /// <param name="withPlaces">False saves the counting of lines, for a text that no person wrote.</param>
    public static ConfigNode? Read(string text, Findings findings, bool withPlaces)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tree = new JsonTree(bytes, WithoutComments(bytes), findings, withPlaces);
        try
        {
            tree._reader.Read();
            var root = tree.ReadValue();
            tree._reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var (line, column) = ((int)(e.LineNumber ?? 0), (int)(e.BytePositionInLine ?? 0));
            findings.Add(DiagnosticCatalog.SyntaxError.Error(null, Explain(e.Message)), new(line + 1, CharactersBefore(bytes, line, column) + 1));
        }
        catch (InvalidOperationException)
        {
            // Escapes like \ud800 alone are JSON, but no text.
            findings.Add(DiagnosticCatalog.BadCharacter.Error(null, "Half of a surrogate pair (\\ud800 to \\udfff) is no character."), tree.Place());
        }

        return null;
    }

    private ConfigNode ReadValue()
    {
        var at = Place();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(at);
            case JsonTokenType.StartArray:
                var items = new List<ConfigNode>();
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue());
                }

                return new ConfigList(at, items);
            case JsonTokenType.String:
                return new ConfigScalar(at, _reader.GetString()!, ScalarKind.Text);
            case JsonTokenType.Number:
                return new ConfigScalar(at, Encoding.UTF8.GetString(_reader.ValueSpan), ScalarKind.Number);
            case JsonTokenType.True:
                return new ConfigScalar(at, "true", ScalarKind.Flag);
            case JsonTokenType.False:
                return new ConfigScalar(at, "false", ScalarKind.Flag);
            default:
                return new ConfigScalar(at, "null", ScalarKind.Nothing);
        }
    }

    private ConfigObject ReadObject(TextPosition at)
    {
        var entries = new EntryList(_findings);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var keyAt = Place();
            var key = _reader.GetString()!;
            _reader.Read();
            entries.Add(new(key, keyAt, ReadValue()));
        }

        return new(at, entries.Entries);
    }

    /// <summary>The place of the current token. Tokens come in order, so each stretch of the text is counted once.</summary>
    private TextPosition Place()
    {
        if (!_withPlaces)
        {
            return default;
        }

        var end = (int)_reader.TokenStartIndex;
        foreach (var letter in _text[_offset..end])
        {
            if (letter == '\n')
            {
                (_line, _column) = (_line + 1, 1);
            }
            else
            {
                _column += WidthOf(letter);
            }
        }

        _offset = end;
        return new(_line, _column);
    }

    /// <summary>
    /// The text with blanks for its comments, so that every place stays where it is. The reader itself knows comments,
    /// but not between a key and its colon.
    /// </summary>
    private static byte[] WithoutComments(byte[] text)
    {
        if (text.AsSpan().IndexOf("//"u8) < 0 && text.AsSpan().IndexOf("/*"u8) < 0)
        {
            return text;
        }

        var copy = text.ToArray();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                for (i++; i < text.Length && text[i] != '"'; i++)
                {
                    i += text[i] == '\\' ? 1 : 0;
                }

                continue;
            }

            var end = text.AsSpan(i) switch
            {
                [(byte)'/', (byte)'/', ..] => text.AsSpan(i).IndexOf((byte)'\n'),
                [(byte)'/', (byte)'*', .. var rest] => rest.IndexOf("*/"u8) is var close and >= 0 ? close + 4 : -1,
                _ => 0,
            };
            if (end != 0)
            {
                // A comment that is not closed runs to the end, where the reader will miss what it opened.
                var length = end < 0 ? text.Length - i : end;
                foreach (ref var letter in copy.AsSpan(i, length))
                {
                    letter = letter == '\n' ? letter : (byte)' ';
                }

                i += length - 1;
            }
        }

        return copy;
    }

    // UTF-16 units that begin with this byte of UTF-8: none for what continues a character, two beyond the BMP.
    private static int WidthOf(byte letter) => (letter & 0xC0) == 0x80 ? 0 : letter >= 0xF0 ? 2 : 1;

    private static int CharactersBefore(byte[] text, int line, int column)
    {
        var start = 0;
        for (; line > 0 && start < text.Length; line--)
        {
            start = Array.IndexOf(text, (byte)'\n', start) + 1;
        }

        var width = 0;
        foreach (var letter in text.AsSpan(start, Math.Min(column, text.Length - start)))
        {
            width += WidthOf(letter);
        }

        return width;
    }

    private static string Explain(string message)
    {
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = place < 0 ? message : message[..place];
        if (what.StartsWith("Expected depth", StringComparison.Ordinal))
        {
            return "Read as JSON: the text ends inside an object or a list that is not closed.";
        }

        return $"Read as JSON: {what.TrimEnd('.')}.";
    }
}
