using System.Buffers;
using System.Globalization;
using Portage.Model.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portage.Configuration.Reading;

/// <summary>
/// Reads YAML 1.2 into a tree that knows its places. Scalars mean what the core schema says
/// (https://yaml.org/spec/1.2.2/#103-core-schema), so that <c>no</c> and <c>on</c> are texts. Anchors, aliases, merge
/// keys and tags are refused: they make one place of a text mean another, and no path could name it.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Deepest nesting of a text: ten times what any configuration needs, and safe for the stack.</summary>
    public const int DepthMax = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly Parser _parser;
    private readonly Findings _findings;

    private YamlTree(string text, Findings findings) => (_parser, _findings) = (new Parser(new StringReader(text)), findings);

    /// <summary>The text as a tree; null, with a finding, when it is not YAML.</summary>
    public static ConfigNode? Read(string text, Findings findings)
    {
        var tree = new YamlTree(text, findings);
        try
        {
            return tree.ReadStream();
        }
        catch (InsufficientExecutionStackException)
        {
            findings.Add(DiagnosticCatalog.NestedTooDeeply.Error(null, $"More than {DepthMax} levels; a configuration needs about ten."), At(tree.Current.Start));
        }
        catch (YamlException e)
        {
            findings.Add(DiagnosticCatalog.SyntaxError.Error(null, Explain(e.Message)), TabIndented(text, e.Message) ?? At(e.Start));
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IndexOutOfRangeException or FormatException or OverflowException)
        {
            // The scanner has let these escape for texts that are far from YAML; to the user they are all the same.
            var at = tree._parser.Current is { } current ? At(current.End) : new(1, 1);
            findings.Add(DiagnosticCatalog.SyntaxError.Error(null, "Read as YAML: cannot make sense of what follows here; is a bracket, a brace or a quote not closed?"), at);
        }

        return null;
    }

    private ParsingEvent Current => _parser.Current ?? throw new InvalidOperationException("The text ended inside something.");

    private void Advance()
    {
        if (!_parser.MoveNext())
        {
            throw new InvalidOperationException("The text ended inside something.");
        }
    }

    private ConfigNode? ReadStream()
    {
        Advance();
        Advance();
        if (Current is StreamEnd)
        {
            return new ConfigObject(new(1, 1), []);
        }

        Advance();
        var root = ReadNode(1);
        Advance();
        if (Current is DocumentStart second)
        {
            _findings.Add(
                DiagnosticCatalog.SeveralDocuments.Error(null, "A second document begins here (---). One text is one configuration; put several in several sessions."),
                At(second.Start));
            return null;
        }

        return root;
    }

    /// <summary>Reads the node that the parser stands on, and moves past it.</summary>
    private ConfigNode ReadNode(int depth)
    {
        var at = At(Current.Start);
        if (depth > DepthMax)
        {
            throw new InsufficientExecutionStackException();
        }

        RefuseProperties();
        switch (Current)
        {
            case Scalar scalar:
                Advance();
                return new ConfigScalar(at, scalar.Value, scalar.Style == ScalarStyle.Plain ? KindOf(scalar.Value) : ScalarKind.Text);
            case SequenceStart:
                Advance();
                var items = new List<ConfigNode>();
                while (Current is not SequenceEnd)
                {
                    items.Add(ReadNode(depth + 1));
                }

                Advance();
                return new ConfigList(at, items);
            case MappingStart:
                Advance();
                return ReadObject(at, depth);
            case AnchorAlias:
                Advance();
                return new ConfigScalar(at, "", ScalarKind.Refused);
            default:
                // The parser has lost half of a pair; it does for texts that are far from YAML.
                throw new InvalidOperationException("A key without a value.");
        }
    }

    private ConfigObject ReadObject(TextPosition at, int depth)
    {
        var entries = new EntryList(_findings);
        var isPartial = false;
        while (Current is not MappingEnd)
        {
            var keyAt = At(Current.Start);
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not ConfigScalar scalar)
            {
                isPartial = true;
                Refuse(keyAt, "A key must be a single word; this one is a list or an object.");
            }
            else if (scalar is { Text: "<<" })
            {
                isPartial = true;
                Refuse(keyAt, "Merge keys (<<) are not supported: write the keys out where they belong.");
            }
            else
            {
                entries.Add(new(scalar.Text, keyAt, value));
            }
        }

        Advance();
        return new(at, entries.Entries, isPartial);
    }

    private void RefuseProperties()
    {
        var at = At(Current.Start);
        if (Current is AnchorAlias alias)
        {
            Refuse(at, $"Aliases (*{alias.Value}) are not supported: write the value out. A pattern that begins with * needs quotes: \"*{alias.Value}\".");
        }

        if (Current is not NodeEvent node)
        {
            return;
        }

        if (!node.Anchor.IsEmpty)
        {
            Refuse(at, $"Anchors (&{node.Anchor}) are not supported: write the value out wherever it is needed.");
        }

        if (!node.Tag.IsEmpty)
        {
            Refuse(at, $"Tags ({node.Tag}) are not supported: quotes make a text of anything.");
        }
    }

    private void Refuse(TextPosition at, string detail) => _findings.Add(DiagnosticCatalog.UnsupportedYaml.Error(null, detail), at);

    public static ScalarKind KindOf(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Nothing,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Flag,
        _ => IsNumber(plain) ? ScalarKind.Number : ScalarKind.Text,
    };

    private static bool IsNumber(string plain)
    {
        var unsigned = plain.AsSpan(plain[0] is '+' or '-' ? 1 : 0);
        if (unsigned.StartsWith("0x", StringComparison.Ordinal))
        {
            return unsigned.Length > 2 && unsigned[2..].IndexOfAnyExcept(HexDigits) < 0;
        }

        if (unsigned.StartsWith("0o", StringComparison.Ordinal))
        {
            return unsigned.Length > 2 && unsigned[2..].IndexOfAnyExceptInRange('0', '7') < 0;
        }

        return unsigned is ".inf" or ".Inf" or ".INF" or ".nan" or ".NaN" or ".NAN"
            || (unsigned.Length > 0
                && (char.IsAsciiDigit(unsigned[0]) || (unsigned[0] == '.' && unsigned.Length > 1))
                && double.TryParse(unsigned, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _));
    }

    private static TextPosition At(Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static string Explain(string message)
    {
        var what = message.Length == 0 ? "cannot make sense of what follows here" : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');
        var advice = message.Contains("tab", StringComparison.Ordinal) ? " YAML allows only blanks there."
            : message.Contains("cannot start any token", StringComparison.Ordinal) ? " A value that begins with this character needs quotes."
            : message.Contains("expected key", StringComparison.Ordinal) ? " Is the line indented as far as its neighbours, and is every quote closed?"
            : "";
        return $"Read as YAML: {what}.{advice}";
    }

    /// <summary>The first line that is indented with a tab: the scanner names the place where the object began.</summary>
    private static TextPosition? TabIndented(string text, string message)
    {
        if (!message.Contains("tab", StringComparison.Ordinal))
        {
            return null;
        }

        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = line[..(line.Length - line.TrimStart().Length)];
            if (indentation.Contains('\t'))
            {
                return new(number, indentation.IndexOf('\t') + 1);
            }
        }

        return null;
    }
}
