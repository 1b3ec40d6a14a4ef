using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Lucene;
using Portage.Lucene.DocValues;
using Portage.Lucene.Segments;
using Portage.Lucene.StoredFields;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Rebuilding;

/// <summary>Puts the sources of one segment together. Documents are asked for in the order of their numbers.</summary>
/// <remarks>Holds the doc values of some hundred documents, of all fields.</remarks>
internal sealed class SourceRebuilder : IAsyncDisposable
{
    private const int DocumentsAtOnce = 256;
    private const string Ignored = "_ignored_source";

    private readonly RebuildPlan _plan;
    private readonly DocValuesReader _reader;
    private readonly Dictionary<string, DocValuesColumn> _columns;
    private readonly Dictionary<int, (string Field, StoredRole Role)> _stored = [];
    private readonly int _documents;
    private readonly Dictionary<string, List<byte[]>> _texts = new(StringComparer.Ordinal);
    private readonly List<SetAside> _aside = [];
    private readonly ArrayBufferWriter<byte> _output = new();
    private bool _isExact = true;
    private int _end;

    private SourceRebuilder(RebuildPlan plan, DocValuesReader reader, Dictionary<string, DocValuesColumn> columns, FieldInfos fields, int documents)
    {
        (_plan, _reader, _columns, _documents) = (plan, reader, columns, documents);
        Stored(fields, Ignored, "", StoredRole.Aside);
        foreach (var field in plan.Fields)
        {
            if (field.Kind is RebuiltKind.Text or RebuiltKind.Keyword)
            {
                // A keyword is stored beside its doc values where a mapping says so, and would be there twice.
                Stored(fields, field.Column is null ? field.Name : "", field.Name, StoredRole.Text);
                Stored(fields, (field.SubField ?? field.Name) + "._original", field.Name, StoredRole.Text);
            }

            Stored(fields, field.Name + "._ignore_malformed", field.Name, StoredRole.Malformed);
        }
    }

    private enum StoredRole
    {
        Text,
        Malformed,
        Aside,
    }

    /// <exception cref="UnsupportedFormatException">Doc values are of a format that cannot be read.</exception>
    /// <exception cref="CorruptIndexException">Bytes are not what the format or the checksum says.</exception>
    public static async ValueTask<SourceRebuilder> OpenAsync(RebuildPlan plan, LuceneSegment segment, FieldInfos fields, CancellationToken cancellationToken)
    {
        var reader = segment.OpenDocValues(fields);
        try
        {
            var columns = new Dictionary<string, DocValuesColumn>(StringComparer.Ordinal);
            foreach (var name in plan.Columns)
            {
                if (await reader.OpenAsync(name, cancellationToken) is { } column)
                {
                    columns.Add(name, column);
                }
            }

            return new(plan, reader, columns, fields, segment.MaxDoc);
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _reader.DisposeAsync();

    /// <summary>Reads the doc values of a document, with those of some after it.</summary>
    public async ValueTask PrepareAsync(int document, CancellationToken cancellationToken)
    {
        if (document < _end)
        {
            return;
        }

        var count = Math.Min(DocumentsAtOnce, _documents - document);
        foreach (var column in _columns.Values)
        {
            await column.LoadAsync(document, count, cancellationToken);
        }

        _end = document + count;
    }

    /// <summary>Forgets what was stored of the document before.</summary>
    public void Begin()
    {
        _texts.Clear();
        _aside.Clear();
        _isExact = true;
    }

    /// <summary>Takes a stored field that is part of the source.</summary>
    public void Take(StoredFieldCursor field)
    {
        if (!_stored.TryGetValue(field.FieldNumber, out var what))
        {
            return;
        }

        if (what.Role == StoredRole.Aside)
        {
            if (SetAside.Read(field.Bytes) is { } aside)
            {
                _aside.Add(aside);
            }
            else
            {
                _isExact = false;
            }
        }
        else if ((what.Role == StoredRole.Text ? RebuiltJson.Text(field.Bytes) : SetAside.TryRead(field)) is { } json)
        {
            (_texts.TryGetValue(what.Field, out var texts) ? texts : _texts[what.Field] = []).Add(json);
        }
        else
        {
            _isExact = false;
        }
    }

    /// <summary>The source of a document that was prepared; null where it cannot be told exactly. Valid until the next one.</summary>
    public ReadOnlyMemory<byte>? Finish(int document)
    {
        _output.ResetWrittenCount();
        using var json = new Utf8JsonWriter(_output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        var aside = _aside.ToLookup(one => one.Name, StringComparer.Ordinal);
        var parents = _aside.Where(one => one.Json is not null).SelectMany(one => Ancestors(one.Parent)).ToHashSet(StringComparer.Ordinal);
        json.WriteStartObject();
        WriteMembers(json, _plan.Root, document, aside, parents);
        json.WriteEndObject();
        json.Flush();
        return _isExact ? _output.WrittenMemory : null;
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('.', end - 1))
        {
            yield return path[..end];
        }
    }

    private void WriteMembers(Utf8JsonWriter json, RebuiltObject parent, int document, ILookup<string, SetAside> aside, HashSet<string> parents)
    {
        var names = new SortedSet<string>(parent.Fields.Keys.Concat(parent.Objects.Keys), StringComparer.Ordinal);
        foreach (var one in _aside.Where(one => one.Parent == parent.Path))
        {
            names.Add(one.Parent.Length == 0 ? one.Name : one.Name[(one.Parent.Length + 1)..]);
        }

        // Objects that are in no mapping, with something in them that was set aside.
        foreach (var path in parents.Where(path => path.LastIndexOf('.') is var dot && (dot < 0 ? "" : path[..dot]) == parent.Path))
        {
            names.Add(path[(path.LastIndexOf('.') + 1)..]);
        }

        foreach (var name in names)
        {
            var path = parent.PathOf(name);
            if (aside.Contains(path))
            {
                WriteValues(json, name, [.. aside[path].Select(one => one.Json).OfType<byte[]>()], isArray: false);
            }
            else if (parent.Fields.TryGetValue(name, out var field))
            {
                var (values, isArray) = ValuesOf(field, document);
                WriteValues(json, name, values, isArray);
            }
            else
            {
                // What is in no mapping is not in the plan, which others use at the same time.
                var inner = parent.Objects.GetValueOrDefault(name) ?? new(path);
                if (parents.Contains(path) || HasAny(inner, document, aside))
                {
                    json.WriteStartObject(name);
                    WriteMembers(json, inner, document, aside, parents);
                    json.WriteEndObject();
                }
            }
        }
    }

    private bool HasAny(RebuiltObject node, int document, ILookup<string, SetAside> aside) =>
        node.Fields.Values.Any(field => !aside.Contains(field.Name) && ValuesOf(field, document) is var (values, isArray) && (isArray || values.Count > 0))
        || node.Objects.Values.Any(inner => HasAny(inner, document, aside));

    private static void WriteValues(Utf8JsonWriter json, string name, List<byte[]> values, bool isArray)
    {
        if (values.Count == 0 && !isArray)
        {
            return;
        }

        json.WritePropertyName(name);
        if (values.Count == 1 && !isArray)
        {
            json.WriteRawValue(values[0], skipInputValidation: true);
            return;
        }

        json.WriteStartArray();
        foreach (var value in values)
        {
            json.WriteRawValue(value, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    /// <summary>All values of a field, in the order in which the server shows them.</summary>
    private (List<byte[]> Values, bool IsArray) ValuesOf(RebuiltField field, int document)
    {
        var values = new List<byte[]>();
        var isArray = false;
        if (field.Column is { } column)
        {
            isArray = AddColumn(field, column, field.Offsets, document, values);
        }
        else if (field.SubField is { } sub && !_texts.ContainsKey(field.Name))
        {
            isArray = AddColumn(field, sub, sub + ".offsets", document, values);
        }
        else if (field.SubField is { } beside)
        {
            // Texts that are too long for the keyword are stored beside it.
            isArray = AddColumn(field, beside, beside + ".offsets", document, values);
        }

        if (_texts.TryGetValue(field.Name, out var texts))
        {
            values.AddRange(texts);
        }

        return (values, isArray);
    }

    private bool AddColumn(RebuiltField field, string name, string offsetsName, int document, List<byte[]> values)
    {
        if (_columns.TryGetValue(name, out var column))
        {
            for (var i = 0; i < column.CountOf(document); i++)
            {
                if ((column.HasBytes ? RebuiltJson.OfBytes(field, column.BytesOf(document, i).Span) : RebuiltJson.OfNumber(field, column.NumberOf(document, i))) is { } value)
                {
                    values.Add(value);
                }
                else
                {
                    _isExact = false;
                }
            }
        }

        if (!_columns.TryGetValue(offsetsName, out var offsets) || offsets.CountOf(document) == 0)
        {
            return false;
        }

        Arrange(values, offsets.BytesOf(document, 0).Span);
        return true;
    }

    /// <summary>Puts values back to where they stood in their array: of each place the number of its value among the different ones, -1 for null.</summary>
    private void Arrange(List<byte[]> values, ReadOnlySpan<byte> offsets)
    {
        var different = new List<byte[]>();
        foreach (var value in values)
        {
            if (different.Count == 0 || !different[^1].AsSpan().SequenceEqual(value))
            {
                different.Add(value);
            }
        }

        values.Clear();
        for (var left = Next(ref offsets); left > 0 && _isExact; left--)
        {
            var number = Next(ref offsets);
            if (number >= different.Count || number < -1)
            {
                _isExact = false;
            }
            else
            {
                values.Add(number < 0 ? RebuiltJson.Ascii("null") : different[number]);
            }
        }
    }

    // A vint in zigzag encoding.
    private int Next(ref ReadOnlySpan<byte> bytes)
    {
        var (value, shift) = (0u, 0);
        while (!bytes.IsEmpty && shift < 32)
        {
            var one = bytes[0];
            bytes = bytes[1..];
            value |= (uint)(one & 0x7F) << shift;
            shift += 7;
            if (one < 0x80)
            {
                return (int)(value >> 1) ^ -(int)(value & 1);
            }
        }

        _isExact = false;
        return 0;
    }

    private void Stored(FieldInfos fields, string name, string field, StoredRole role)
    {
        if (name.Length > 0 && fields.TryGet(name, out var info))
        {
            _stored[info.Number] = (field, role);
        }
    }
}
