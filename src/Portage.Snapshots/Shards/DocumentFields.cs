using System.Text;
using Portage.Lucene.Segments;
using Portage.Lucene.StoredFields;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Rebuilding;

namespace Portage.Snapshots.Shards;

/// <summary>Makes documents out of stored fields: which field is what depends on the version that made the index.</summary>
internal sealed class DocumentFields
{
    private readonly string _index;
    private readonly int _shard;
    private readonly string? _onlyType;
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _typesByText;
    private readonly ParentTypes _parents;
    private readonly bool _mayBeCompressed;
    private SourceRebuilder? _rebuilder;
    private int _id;
    private int _uid;
    private int _source;
    private int _routing;
    private int _parent;
    private int _timestamp;
    private int _expiry;

    public DocumentFields(ShardSnapshot shard)
    {
        (_index, _shard) = (shard.Index.Name, shard.Number);
        _typesByText = _types.GetAlternateLookup<ReadOnlySpan<char>>();
        // Since 6.0 an index has one type, which stands in its mapping only; "_default_" is none.
        _onlyType = shard.Index.Mappings.Select(mapping => mapping.Type).FirstOrDefault(type => type is not (TypeMapping.NoType or "_default_"));
        _parents = shard.Index.Parents;
        _mayBeCompressed = shard.Index.VersionCreated is { IsOpenSearch: false, Major: < 2 };
    }

    /// <summary>Takes the numbers that a segment has for its fields.</summary>
    /// <param name="rebuilder">Puts the sources together; null where they are stored.</param>
    public void Enter(FieldInfos fields, SourceRebuilder? rebuilder)
    {
        _rebuilder = rebuilder;
        (_id, _uid, _source, _routing) = (fields.NumberOf("_id"), fields.NumberOf("_uid"), fields.NumberOf("_source"), fields.NumberOf("_routing"));
        (_parent, _timestamp, _expiry) = (fields.NumberOf("_parent"), fields.NumberOf("_timestamp"), fields.NumberOf("_ttl"));
    }

    /// <summary>The document, or null for one without an id: a nested object's, or a tombstone.</summary>
    public SourceDocument? Read(StoredFieldCursor fields, string segment, int segmentDocument, long position)
    {
        string? id = null, routing = null, parent = null;
        var type = _onlyType;
        ReadOnlyMemory<byte>? source = null;
        long? timestamp = null, expiry = null;
        _rebuilder?.Begin();
        while (fields.MoveNext())
        {
            if (fields.FieldNumber == _source)
            {
                source = fields.Memory;
            }
            else if (fields.FieldNumber == _id)
            {
                // As text only in 5.6 with index.mapping.single_type, and before 2.0 where a mapping asks for it.
                id = fields.Type == StoredFieldType.String ? Encoding.UTF8.GetString(fields.Bytes) : DocumentId.Decode(fields.Bytes);
            }
            else if (fields.FieldNumber == _uid)
            {
                (type, id) = SplitUid(fields.Bytes);
            }
            else if (fields.FieldNumber == _routing)
            {
                routing = Encoding.UTF8.GetString(fields.Bytes);
            }
            else if (fields.FieldNumber == _parent)
            {
                parent = SplitUid(fields.Bytes).Id;
            }
            else if (fields.FieldNumber == _timestamp)
            {
                timestamp = NumberOf(fields);
            }
            else if (fields.FieldNumber == _expiry)
            {
                expiry = NumberOf(fields);
            }
            else
            {
                _rebuilder?.Take(fields);
            }
        }

        return id is null ? null : new()
        {
            Index = _index,
            Shard = _shard,
            Segment = segment,
            SegmentDocument = segmentDocument,
            Position = position,
            Type = type,
            Id = id,
            Routing = routing,
            Parent = parent ?? (type is not null && _parents.RoutingIsParent(type) ? routing : null),
            Timestamp = timestamp,
            Expiry = expiry,
            IsRebuilt = _rebuilder is not null,
            Source = _rebuilder is not null ? _rebuilder.Finish(segmentDocument) : source is { } stored && _mayBeCompressed ? Decompress(stored, segment) : source,
        };
    }

    // A mapping may have a field of that name since these are gone: it is no number, or none of ours to explain.
    private static long? NumberOf(StoredFieldCursor fields) => fields.Type == StoredFieldType.Int64 ? fields.Integer : null;

    /// <summary><c>"_source": {"compress": true}</c>, which 2.0 took away.</summary>
    private static ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> source, string segment) =>
        source.Span.StartsWith(LzfDecoder.Mark) ? LzfDecoder.Decode(source.Span, SourceBytesMax, $"{segment}.fdt") : source;

    // What a server takes in one request is 100 MB unless somebody raised it.
    private const int SourceBytesMax = 1 << 30;

    // "type#id" up to 5.x; a type has no '#', an id may.
    private (string? Type, string? Id) SplitUid(ReadOnlySpan<byte> uid)
    {
        var split = uid.IndexOf((byte)'#');
        return split < 0 ? (null, null) : (TypeOf(uid[..split]), Encoding.UTF8.GetString(uid[(split + 1)..]));
    }

    private string TypeOf(ReadOnlySpan<byte> name)
    {
        // A type's name has at most 255 bytes; longer ones are not worth remembering.
        Span<char> text = stackalloc char[256];
        if (name.Length > text.Length)
        {
            return Encoding.UTF8.GetString(name);
        }

        text = text[..Encoding.UTF8.GetChars(name, text)];
        if (!_typesByText.TryGetValue(text, out var type))
        {
            type = text.ToString();
            _types.Add(type, type);
        }

        return type;
    }
}
