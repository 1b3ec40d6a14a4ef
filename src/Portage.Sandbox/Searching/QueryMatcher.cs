using System.Text.Json;
using Portage.Sandbox.Documents;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;

namespace Portage.Sandbox.Searching;

/// <summary>A query made ready for one index: fields looked up and values read once, then asked of every document.</summary>
internal sealed class QueryMatcher
{
    private readonly Func<DocumentView, bool> _matches;

    private QueryMatcher(Func<DocumentView, bool> matches) => _matches = matches;

    /// <exception cref="ApiException">A value does not fit the type of its field.</exception>
    public static QueryMatcher For(SandboxIndex index, Query query, string node)
    {
        try
        {
            return new(Compile(index, query));
        }
        catch (FormatException e)
        {
            throw SearchFailure.Of(index.Name, node, e.Message.StartsWith("failed to parse date", StringComparison.Ordinal)
                ? new ApiException(400, "parse_exception", $"{e.Message}: [{e.Message}]", ApiException.IllegalArgument(e.Message, new ApiException(400, "date_time_parse_exception", "Failed to parse with all enclosed parsers")))
                : new ApiException(400, "query_shard_exception", $"failed to create query: {e.Message}", new ApiException(400, "number_format_exception", e.Message)) { Facts = [new("index", index.Name), new("index_uuid", index.Uuid)] });
        }
    }

    public bool Matches(StoredDocument document)
    {
        using var view = new DocumentView(document);
        return _matches(view);
    }

    private static Func<DocumentView, bool> Compile(SandboxIndex index, Query query) => query switch
    {
        Query.MatchAll => _ => true,
        Query.MatchNone => _ => false,
        Query.Ids ids => view => ids.Values.Contains(view.Document.Id),
        Query.Exists exists => Existing(index, exists.Field),
        Query.Terms terms => Any(index, terms.Field, terms.Values),
        Query.Match match => Matching(index, match),
        Query.Prefix prefix => FieldReading.Find(index, prefix.Field) is { } field
            ? view => field.Values(view.Source).SelectMany(field.TermsOf).Any(term => term.StartsWith(prefix.Start, StringComparison.Ordinal))
            : _ => false,
        Query.Range range => Within(index, range),
        Query.Bool clauses => Combine(index, clauses),
        _ => throw new InvalidOperationException($"No way to match {query}."),
    };

    private static Func<DocumentView, bool> Combine(SandboxIndex index, Query.Bool clauses)
    {
        Func<DocumentView, bool>[] CompileAll(IEnumerable<Query> queries) => [.. queries.Select(query => Compile(index, query))];
        var needed = CompileAll(clauses.Must.Concat(clauses.Filter));
        var excluded = CompileAll(clauses.MustNot);
        var optional = CompileAll(clauses.Should);
        var optionalMin = optional.Length == 0 ? 0 : clauses.ShouldMin;
        return view => needed.All(clause => clause(view)) && !excluded.Any(clause => clause(view))
            && (optionalMin == 0 || optional.Count(clause => clause(view)) >= optionalMin);
    }

    private static Func<DocumentView, bool> Any(SandboxIndex index, string name, IReadOnlyList<JsonElement> values)
    {
        if (name is "_id" or "_routing" or "_index")
        {
            var texts = values.Select(Mappings.FieldValues.TextOf).ToHashSet(StringComparer.Ordinal);
            return view => name switch
            {
                "_id" => texts.Contains(view.Document.Id),
                "_index" => texts.Contains(index.Name),
                _ => view.Document.Routing is { } routing && texts.Contains(routing),
            };
        }

        if (FieldReading.Find(index, name) is not { } field)
        {
            return _ => false;
        }

        if (field.ComparesAsNumber)
        {
            var wanted = values.Select(value => field.Comparable(value)).ToHashSet();
            return view => field.Values(view.Source).Any(value => wanted.Contains(field.Comparable(value)));
        }

        // A term is not analysed, the text it is looked up in is.
        var terms = values.Select(value => field.IsText ? Mappings.FieldValues.TextOf(value) : field.TermsOf(value).Single()).ToHashSet(StringComparer.Ordinal);
        return view => field.Values(view.Source).SelectMany(field.TermsOf).Any(terms.Contains);
    }

    private static Func<DocumentView, bool> Matching(SandboxIndex index, Query.Match match)
    {
        if (FieldReading.Find(index, match.Field) is not { IsText: true } field)
        {
            return Any(index, match.Field, [match.Value]);
        }

        var wanted = field.TermsOf(match.Value).ToArray();
        return view =>
        {
            var words = field.Values(view.Source).SelectMany(field.TermsOf).ToHashSet(StringComparer.Ordinal);
            return wanted.Length > 0 && (match.NeedsAll ? wanted.All(words.Contains) : wanted.Any(words.Contains));
        };
    }

    private static Func<DocumentView, bool> Existing(SandboxIndex index, string name) =>
        name is "_id" or "_index" or "_source" ? _ => true
        : FieldReading.Find(index, name) is not { } field ? _ => false
        : field.Field.IsObject ? view => Leaves(field.Field, name).Any(leaf => FieldReading.Find(index, leaf)!.Values(view.Source).Any())
        : view => field.Values(view.Source).Any();

    private static IEnumerable<string> Leaves(Mappings.FieldMapping field, string path) => field.Properties.Values.SelectMany(child =>
        child.IsObject ? Leaves(child, $"{path}.{child.Name}") : [$"{path}.{child.Name}"]);

    private static Func<DocumentView, bool> Within(SandboxIndex index, Query.Range range)
    {
        if (FieldReading.Find(index, range.Field) is not { } field)
        {
            return _ => false;
        }

        var from = range.From is { } lower ? field.Comparable(lower, range.Format) : null;
        var to = range.To is { } upper ? field.Comparable(upper, range.Format) : null;
        return view => field.Values(view.Source).Select(value => field.Comparable(value)).Any(value =>
            (from is null || (Compare(value, from) is var low && (low > 0 || (low == 0 && range.FromIsIn))))
            && (to is null || (Compare(value, to) is var high && (high < 0 || (high == 0 && range.ToIsIn)))));
    }

    public static int Compare(IComparable one, IComparable other) =>
        one is string text && other is string otherText ? string.CompareOrdinal(text, otherText) : one.CompareTo(other);
}
