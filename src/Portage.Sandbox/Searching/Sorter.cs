using System.Globalization;
using System.Text.Json.Nodes;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary>Puts found documents in order and cuts off what comes before <c>search_after</c>.</summary>
internal sealed class Sorter
{
    private readonly IReadOnlyList<SortKey> _keys;
    private readonly bool[] _areNumbers;
    private readonly string _node;

    public Sorter(IReadOnlyList<SortKey> keys, IReadOnlyList<ResolvedIndex> indices, string node)
    {
        (_keys, _node) = (keys, node);
        foreach (var (index, _) in indices)
        {
            foreach (var key in keys)
            {
                Check(index, key);
            }
        }

        _areNumbers = [.. keys.Select(key => key.Field is "_doc" or "_score" || indices.Any(found => FieldReading.Find(found.Index, key.Field)?.ComparesAsNumber == true))];
    }

    public IReadOnlyList<SortKey> Keys => _keys;

    public IReadOnlyList<bool> AreNumbers => _areNumbers;

    /// <summary>In order, lazily: whoever takes a page pays for sorting a page.</summary>
    public IEnumerable<SortedDocument> Sort(IReadOnlyList<FoundDocument> found, JsonArray? after)
    {
        var documents = found.Select((document, ordinal) => new SortedDocument(document, [.. _keys.Select(key => ValueOf(document, key, ordinal))]));
        if (after is not null)
        {
            var bound = ReadAfter(after);
            documents = documents.Where(document => Compare(document.Values, bound) > 0);
        }

        // Already in the order of _doc, and mostly asked for in it.
        return _keys is [] or [{ Field: "_doc", IsDescending: false }]
            ? documents
            : documents.Order(Comparer<SortedDocument>.Create((one, other) => Compare(one.Values, other.Values)));
    }

    private void Check(SandboxIndex index, SortKey key)
    {
        if (key.Field is "_id" or "_doc" or "_score" or "_index")
        {
            return;
        }

        var field = FieldReading.Find(index, key.Field);
        if (field is null && !key.IgnoresUnmapped)
        {
            throw SearchFailure.Of(index.Name, _node, ApiException.OfIndex(400, "query_shard_exception", $"No mapping found for [{key.Field}] in order to sort on", index.Name, index.Uuid));
        }

        if (field?.IsText == true)
        {
            throw SearchFailure.Of(index.Name, _node, ApiException.IllegalArgument($"Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [{key.Field}] in order to load field data by uninverting the inverted index. Note that this can use significant memory."));
        }
    }

    private IComparable?[] ReadAfter(JsonArray after)
    {
        if (after.Count != _keys.Count)
        {
            throw ApiException.IllegalArgument(_keys.Count == 0 ? "Sort must contain at least one field." : $"search_after has {after.Count} value(s) but sort has {_keys.Count}.");
        }

        return [.. after.Select((value, i) => value is null ? null
            : !_areNumbers[i] ? (IComparable)value.ToString()
            : decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                // A missing number was shown as one of these.
                ? number is long.MaxValue or long.MinValue ? null : number
                : throw ApiException.IllegalArgument($"Failed to parse search_after value for field [{_keys[i].Field}]."))];
    }

    private static IComparable? ValueOf(FoundDocument found, SortKey key, int ordinal)
    {
        switch (key.Field)
        {
            case "_id":
                return found.Document.Id;
            case "_index":
                return found.Index.Name;
            case "_doc":
                return (decimal)ordinal;
            case "_score":
                return 1m;
            default:
                break;
        }

        if (FieldReading.Find(found.Index, key.Field) is not { } field)
        {
            return null;
        }

        using var view = new DocumentView(found.Document);
        var values = field.Values(view.Source).Select(value => field.Comparable(value)).Order(Comparer<IComparable>.Create(QueryMatcher.Compare)).ToArray();
        return values.Length == 0 ? null : key.IsDescending ? values[^1] : values[0];
    }

    private int Compare(IComparable?[] one, IComparable?[] other)
    {
        for (var i = 0; i < _keys.Count; i++)
        {
            var order = (one[i], other[i]) switch
            {
                (null, null) => 0,
                (null, _) => _keys[i].MissingFirst ? -1 : 1,
                (_, null) => _keys[i].MissingFirst ? 1 : -1,
                var (left, right) => _keys[i].IsDescending ? -QueryMatcher.Compare(left, right) : QueryMatcher.Compare(left, right),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }
}
