using System.Text;
using Portage.Transforms.Json;

namespace Portage.Transforms.Fields;

/// <summary>
/// A field as queries name it. Servers take <c>{"a":{"b":1}}</c> and <c>{"a.b":1}</c> for the same, and look into each object of a list; so does this.
/// </summary>
internal sealed class FieldPath
{
    private readonly byte[] _text;
    private readonly byte[] _hint;
    private readonly bool _hintIsPlain;

    public FieldPath(string text)
    {
        (Text, _text) = (text, Encoding.UTF8.GetBytes(text));
        var first = text.Split('.')[0];
        _hint = Encoding.UTF8.GetBytes($"\"{first}");
        _hintIsPlain = first.AsSpan().IndexOfAny('"', '\\', '/') < 0 && !first.Any(char.IsControl);
    }

    public string Text { get; }

    /// <summary>False where a source certainly has no such field: then it need not be taken apart. Letters may be written as <c>\u0061</c>.</summary>
    public bool MayBeIn(ReadOnlySpan<byte> source) => !_hintIsPlain || source.IndexOf(_hint) >= 0 || source.IndexOf("\\u"u8) >= 0;

    /// <summary>Where the field is, in the order of the source.</summary>
    public List<Found> FindIn(SourceNode root)
    {
        var found = new List<Found>();
        Find(root, new(null, root, 0, 0), _text, found);
        return found;
    }

    /// <summary>How much of a path a name is: none of it, all of it, or what stands before a dot of it.</summary>
    public static NameMatch Match(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name) =>
        !rest.StartsWith(name) || name.IsEmpty ? NameMatch.No
        : rest.Length == name.Length ? NameMatch.Whole
        : rest[name.Length] == (byte)'.' ? NameMatch.Begins
        : NameMatch.No;

    private static void Find(SourceNode node, Frame frame, ReadOnlySpan<byte> rest, List<Found> found)
    {
        if (node.IsList)
        {
            foreach (var item in node.Items)
            {
                if (item.IsObject || item.IsList)
                {
                    Find(item, new(frame.Above, item, frame.Consumed, frame.Lists + 1), rest, found);
                }
            }
        }
        else if (node.IsObject)
        {
            foreach (var member in node.Members)
            {
                switch (Match(rest, member.Name.Span))
                {
                    case NameMatch.Whole:
                        found.Add(new(frame, member));
                        break;
                    case NameMatch.Begins when member.Value.IsObject || member.Value.IsList:
                        var length = member.Name.Length + 1;
                        Find(member.Value, new(frame, member.Value, frame.Consumed + length, frame.Lists), rest[length..], found);
                        break;
                }
            }
        }
    }

    /// <summary>The deepest object on the way to a field that is on the way to this path as well, and what is left of this path from there.</summary>
    public (Frame Frame, string Left) Meet(Frame frame, FieldPath field)
    {
        for (var at = frame; ; at = at.Above!)
        {
            if (_text.Length > at.Consumed && _text.AsSpan(0, at.Consumed).SequenceEqual(field._text.AsSpan(0, at.Consumed)))
            {
                return (at, Encoding.UTF8.GetString(_text.AsSpan(at.Consumed)));
            }
        }
    }
}

/// <summary>How much of a path a name is.</summary>
internal enum NameMatch
{
    No,
    Begins,
    Whole,
}

/// <summary>An object on the way to a field.</summary>
/// <param name="Node">The object.</param>
/// <param name="Consumed">How many bytes of the path, with its dots, lead to it.</param>
/// <param name="Lists">How many lists are on the way to it.</param>
internal sealed record Frame(Frame? Above, SourceNode Node, int Consumed, int Lists);

/// <summary>A field that is there.</summary>
/// <param name="Frame">The object that has it.</param>
internal sealed record Found(Frame Frame, SourceMember Member);
