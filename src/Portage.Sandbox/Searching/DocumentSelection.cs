using Portage.Sandbox.Documents;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary>A document and the index it is in.</summary>
internal readonly record struct FoundDocument(SandboxIndex Index, StoredDocument Document);

/// <summary>The documents of indices that a query selects, in the order of indices and writes.</summary>
internal static class DocumentSelection
{
    /// <summary>Those of one index, narrowed by the filters of the aliases it was reached by.</summary>
    public static IReadOnlyList<StoredDocument> Of(ResolvedIndex found, Query query, string? routing, string node)
    {
        var (index, aliases) = found;
        IndexBlocks.CheckRead(index);
        if (query is Query.MatchAll && aliases.Count == 0 && routing is null)
        {
            return index.InOrder;
        }

        var matcher = QueryMatcher.For(index, query, node);
        var filters = aliases.Select(alias => QueryMatcher.For(index, QueryReader.Read(alias.Filter!), node)).ToArray();
        var shards = routing?.Split(',').Select(one => index.ShardOf("", one)).ToHashSet();
        return [.. index.InOrder.Where(document =>
            (shards is null || shards.Contains(document.Shard))
            && matcher.Matches(document)
            && (filters.Length == 0 || filters.Any(filter => filter.Matches(document))))];
    }

    /// <summary>How many documents of one index there are to find; all of them are counted without a look.</summary>
    public static int CountOf(ResolvedIndex found, Query query, string? routing, string node)
    {
        IndexBlocks.CheckRead(found.Index);
        return query is Query.MatchAll && found.Filters.Count == 0 && routing is null ? found.Index.Count : Of(found, query, routing, node).Count;
    }

    /// <summary>How many shards a search goes to: all, or those that its routing leads to.</summary>
    public static int ShardsOf(IReadOnlyList<ResolvedIndex> indices, string? routing) => indices.Sum(found =>
        routing?.Split(',').Select(one => found.Index.ShardOf("", one)).Distinct().Count() ?? found.Index.Shards);

    public static List<FoundDocument> Of(IReadOnlyList<ResolvedIndex> indices, Query query, string? routing, string node) =>
        [.. indices.SelectMany(found => Of(found, query, routing, node).Select(document => new FoundDocument(found.Index, document)))];
}
