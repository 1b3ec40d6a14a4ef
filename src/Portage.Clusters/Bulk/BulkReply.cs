using System.Text.Json;

namespace Portage.Clusters.Bulk;

/// <summary>Reads the answer to a bulk request, item by item, without a tree of it.</summary>
/// <remarks>
/// <c>{"errors":true,"items":[{"index":{"result":"created","status":201}},{"index":{"status":400,"error":{"type","reason","caused_by"}}}]}</c>,
/// in the order of the operations; anything else in it is passed over. The same in Elasticsearch 5 to 8 and OpenSearch.
/// Used again for each answer; not thread-safe.
/// </remarks>
internal sealed class BulkReply
{
    /// <summary>
    /// Asks for what is read here and nothing else; an answer is a quarter of its size then. No pipeline that an index names by default is
    /// run: a document of a snapshot has been through one already. Not even <c>_none</c> keeps a final pipeline away.
    /// </summary>
    public const string Path = "/_bulk?pipeline=_none&filter_path=errors,items.*.status,items.*.result,items.*.error,error,status";

    private readonly List<Item> _items = [];

    /// <summary>The items in order; only meaningful after <see cref="TryRead"/>.</summary>
    public IReadOnlyList<Item> Items => _items;

    /// <summary>Reads a whole answer; false when it is not JSON, or cut off.</summary>
    /// <param name="isBulkAnswer">False when it is JSON, and whole, but not an answer to a bulk request.</param>
    public bool TryRead(ReadOnlySpan<byte> body, out bool isBulkAnswer)
    {
        _items.Clear();
        isBulkAnswer = false;
        try
        {
            var reader = new Utf8JsonReader(body);
            isBulkAnswer = ReadAnswer(ref reader);

            // The reader throws on what is left open, and on anything behind the end.
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool ReadAnswer(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var hasItems = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                hasItems = true;
                if (!ReadItems(ref reader))
                {
                    return false;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return hasItems;
    }

    private bool ReadItems(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            // {"index":{…}}: the action's name is not needed, the order says which operation it is.
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            _items.Add(ReadItem(ref reader));
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)
            {
                return false;
            }
        }

        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static Item ReadItem(ref Utf8JsonReader reader)
    {
        var item = default(Item);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                item.Status = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var status) ? status : 0;
            }
            else if (reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                ReadResult(ref reader, ref item);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                ReadError(ref reader, ref item);
            }
            else
            {
                reader.Skip();
            }
        }

        return item;
    }

    private static void ReadResult(ref Utf8JsonReader reader, ref Item item)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
        }
        else if (reader.ValueTextEquals("created"u8))
        {
            item.IsCreated = true;
        }
        else if (!reader.ValueTextEquals("updated"u8) && !reader.ValueTextEquals("deleted"u8) && !reader.ValueTextEquals("not_found"u8))
        {
            item.OtherResult = reader.GetString();
        }
    }

    private static void ReadError(ref Utf8JsonReader reader, ref Item item)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            item.Reason = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
            return;
        }

        // The causes nest; the deepest reason usually has the value that did not fit.
        var depth = reader.CurrentDepth;
        string? deepest = null;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var isOwn = reader.CurrentDepth == depth + 1;
            if (reader.ValueTextEquals("caused_by"u8))
            {
                // Go into it: its properties come next.
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    reader.Skip();
                }
            }
            else if (reader.ValueTextEquals("type"u8) && isOwn)
            {
                reader.Read();
                item.ErrorType = TextAt(ref reader);
            }
            else if (reader.ValueTextEquals("reason"u8))
            {
                reader.Read();
                var reason = TextAt(ref reader);
                if (isOwn)
                {
                    item.Reason = reason;
                }
                else
                {
                    deepest = reason;
                }
            }
            else
            {
                reader.Skip();
            }
        }

        if (deepest is not null && item.Reason?.Contains(deepest, StringComparison.Ordinal) != true)
        {
            item.Reason = item.Reason is null ? deepest : $"{item.Reason}: {deepest}";
        }
    }

    private static string? TextAt(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    /// <summary>What the answer says about one operation.</summary>
    internal struct Item
    {
        /// <summary>The item's HTTP status; 0 when there is none.</summary>
        public int Status;

        /// <summary>True for <c>"result":"created"</c>.</summary>
        public bool IsCreated;

        /// <summary>A result that says neither that a document was written nor that it was deleted, as <c>noop</c>; null where it says either, or nothing.</summary>
        public string? OtherResult;

        /// <summary>Null where nothing failed.</summary>
        public string? ErrorType;

        /// <summary>Null where nothing failed.</summary>
        public string? Reason;
    }
}
