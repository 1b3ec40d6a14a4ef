using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Portage.Transforms.Json;

/// <summary>A value of a source that can be changed. What is not changed is written byte for byte as it stood.</summary>
/// <remarks>
/// It is taken apart only as far as somebody looks. Of an object or a list that something was changed in, the names and values stay as they are
/// written, in their order, those too that occur twice; what stands between them (blanks, comments) does not.
/// </remarks>
internal sealed class SourceNode
{
    /// <summary>Deeper sources cannot be changed. No mapping is that deep: 20 levels by default.</summary>
    public const int DepthMax = 1_000;

    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, MaxDepth = DepthMax };

    private ReadOnlyMemory<byte> _raw;
    private List<SourceMember>? _members;
    private List<SourceNode>? _items;

    private SourceNode(ReadOnlyMemory<byte> raw, SourceNode? parent) => (_raw, Parent) = (raw, parent);

    /// <summary>The object or list that it is in; null of the whole.</summary>
    public SourceNode? Parent { get; private set; }

    /// <summary>True when it is written otherwise than it stood.</summary>
    public bool IsChanged { get; private set; }

    public bool IsObject => First == '{';

    public bool IsList => First == '[';

    public bool IsText => First == '"';

    public bool IsNumber => First is '-' or (>= '0' and <= '9');

    public bool IsNull => First == 'n';

    public bool IsTrue => First == 't';

    public bool IsFalse => First == 'f';

    /// <summary>As it stood in the text, or was made; of what was changed within, no more.</summary>
    public ReadOnlyMemory<byte> Raw => _raw;

    /// <summary>The names and values of an object, in their order.</summary>
    public List<SourceMember> Members => _members ??= ReadMembers();

    /// <summary>The values of a list.</summary>
    public List<SourceNode> Items => _items ??= ReadItems();

    private char First => (char)_raw.Span[0];

    /// <summary>A source, which must be one object.</summary>
    /// <exception cref="TransformFailure">It is not.</exception>
    public static SourceNode Parse(ReadOnlyMemory<byte> source)
    {
        var text = source.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? source[3..] : source;
        try
        {
            var reader = new Utf8JsonReader(text.Span, Options);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new TransformFailure($"The source is no object: {JsonWords.Shown(text.Span)}");
            }

            // Looked through once: its names are wanted, or else nobody would ask.
            var root = new SourceNode(text, null);
            var start = (int)reader.TokenStartIndex;
            root._members = root.ReadMembers(ref reader);
            root._raw = text[start..(int)reader.BytesConsumed];

            // Throws where there is more.
            reader.Read();
            return root;
        }
        catch (JsonException odd)
        {
            throw new TransformFailure($"The source cannot be read as JSON: {odd.Message.Split(" LineNumber", 2)[0]}");
        }
    }

    /// <summary>A value that is put into a source.</summary>
    /// <param name="json">Valid JSON.</param>
    public static SourceNode Made(ReadOnlyMemory<byte> json) => new(json, null);

    /// <summary>An object with nothing in it.</summary>
    public static SourceNode EmptyObject() => new("{}"u8.ToArray(), null);

    /// <summary>The characters of a text.</summary>
    public string Text()
    {
        var reader = new Utf8JsonReader(_raw.Span);
        reader.Read();
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new TransformFailure($"A text is no UTF-8: {JsonWords.Shown(_raw.Span)}");
        }
    }

    /// <summary>Becomes another value where it stands.</summary>
    public void Replace(ReadOnlyMemory<byte> json)
    {
        (_raw, _members, _items) = (json, null, null);
        MarkChanged();
    }

    /// <summary>A name of it gets another value.</summary>
    public void Take(SourceMember member, SourceNode value)
    {
        (member.Value, value.Parent) = (value, this);
        MarkChanged();
    }

    public void Add(SourceMember member)
    {
        Members.Add(member);
        member.Value.Parent = this;
        MarkChanged();
    }

    /// <summary>Something in it was changed.</summary>
    public void MarkChanged()
    {
        for (var node = this; node is { IsChanged: false }; node = node.Parent)
        {
            node.IsChanged = true;
        }
    }

    /// <summary>Writes it as it is by now.</summary>
    public void Write(ArrayBufferWriter<byte> into)
    {
        if (!IsChanged || (_members is null && _items is null))
        {
            into.Write(_raw.Span);
            return;
        }

        into.Write(_members is null ? "["u8 : "{"u8);
        var isFirst = true;
        foreach (var member in _members ?? [])
        {
            into.Write(isFirst ? [] : ","u8);
            into.Write(member.RawName.Span);
            into.Write(":"u8);
            member.Value.Write(into);
            isFirst = false;
        }

        foreach (var item in _items ?? [])
        {
            into.Write(isFirst ? [] : ","u8);
            item.Write(into);
            isFirst = false;
        }

        into.Write(_members is null ? "]"u8 : "}"u8);
    }

    private List<SourceMember> ReadMembers()
    {
        var reader = new Utf8JsonReader(_raw.Span, Options);
        reader.Read();
        return ReadMembers(ref reader);
    }

    private List<SourceMember> ReadMembers(ref Utf8JsonReader reader)
    {
        var members = new List<SourceMember>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var rawName = _raw.Slice((int)reader.TokenStartIndex, reader.ValueSpan.Length + 2);
            var name = reader.ValueIsEscaped ? Unescaped(ref reader) : rawName[1..^1];
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members.Add(new(name, rawName, new(_raw[start..(int)reader.BytesConsumed], this)));
        }

        return members;
    }

    private static byte[] Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return Encoding.UTF8.GetBytes(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            throw new TransformFailure($"A name is no UTF-8: {JsonWords.Shown(reader.ValueSpan)}");
        }
    }

    private List<SourceNode> ReadItems()
    {
        var items = new List<SourceNode>();
        var reader = new Utf8JsonReader(_raw.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(new(_raw[start..(int)reader.BytesConsumed], this));
        }

        return items;
    }
}
