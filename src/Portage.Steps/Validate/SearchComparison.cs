using System.Text;
using System.Text.Json;
using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Validation;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>What comparing searches came to.</summary>
/// <param name="Count">How many were compared.</param>
/// <param name="Differing">How many found another number of documents on the target than at the source.</param>
/// <param name="Lines">What differs, and how many fields were searched.</param>
/// <param name="Without">What was not compared and why, as the report lists it.</param>
internal sealed record ComparedSearches(int Count, int Differing, IReadOnlyList<string> Lines, IReadOnlyList<string> Without)
{
    public static ComparedSearches None(string why) => new(0, 0, [], [$"searches ({why.TrimEnd('.')})"]);
}

/// <summary>
/// Counts what the same searches find at the source and on the target: <c>exists</c> for a sample of the fields, and one value of each, by <c>term</c> or, where
/// values are taken apart, <c>match</c>. One after the other: the source has other work.
/// </summary>
internal sealed class SearchComparison(RunContext context, SliceOnTarget on, WorkJournal journal, ClusterClient target, HttpMessageHandler? transport)
{
    // Enough for a value of nearly every field.
    private const int DocumentsMax = 200;
    private const int LinesMax = 20;
    private const int NotFound = -1;

    private readonly ClusterDocuments _there = new(target);
    private readonly List<string> _lines = [];
    private readonly List<string> _without = [];
    private int _count;
    private int _differing;
    private int _fields;
    private int _searched;

    /// <returns>Null where somebody asked for an end: then nothing is said, and all of it is done when it goes on.</returns>
    /// <exception cref="ClusterException">The target does not answer.</exception>
    public async Task<ComparedSearches?> CompareAsync(IReadOnlyCollection<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        var max = on.Slice.Validate.Searches;
        if (max == 0)
        {
            return ComparedSearches.None("validate.searches is 0");
        }

        if (on.Migration.Source?.Endpoint is null)
        {
            return ComparedSearches.None("no source is configured");
        }

        ClusterClient source;
        try
        {
            source = await ClusterAccess.SourceAsync(context.Config, on.SourceName, context.Secrets, context.Time, transport, cancellationToken);
        }
        catch (StepException failure)
        {
            return ComparedSearches.None(failure.Message);
        }

        using (source)
        {
            var here = new ClusterDocuments(source);
            foreach (var index in indices)
            {
                context.AssertLease();
                try
                {
                    if (await WhyNotAsync(index, here, cancellationToken) is { } why)
                    {
                        _without.Add($"searches of {index.Name} ({why})");
                        continue;
                    }
                }
                catch (ClusterException failure) when (failure is not (ClusterRequestException or ClusterProtocolException))
                {
                    _without.Add($"searches (the source does not answer: {failure.Message.TrimEnd('.')})");
                    break;
                }
                catch (ClusterException failure)
                {
                    _without.Add($"searches of {index.Name} ({failure.Message.TrimEnd('.')})");
                    continue;
                }

                await _there.RefreshAsync(index.Name, cancellationToken);
                if (!await SearchAsync(index, here, Math.Max(2, max / indices.Count), cancellationToken))
                {
                    break;
                }
            }
        }

        return context.StopRequested.IsCancellationRequested ? null : new(_count, _differing, [.. Said()], _without);
    }

    private IEnumerable<string> Said()
    {
        if (_count > 0)
        {
            yield return $"{_count:N0} {(_count == 1 ? "search" : "searches")} over {(_searched == _fields ? $"{_fields:N0}" : $"{_searched:N0} of {_fields:N0}")} fields {(_count == 1 ? "finds" : "find")} {(_differing == 0 ? "as many documents on the target as at the source" : $"as many on the target as at the source, but for {_differing:N0}")}";
        }

        foreach (var line in _lines.Take(LinesMax))
        {
            yield return line;
        }

        if (_lines.Count > LinesMax)
        {
            yield return $"and {_lines.Count - LinesMax:N0} more searches";
        }
    }

    /// <summary>Why the searches of an index say nothing; null where they do.</summary>
    private async Task<string?> WhyNotAsync(SelectedIndex index, ClusterDocuments here, CancellationToken cancellationToken)
    {
        string[] wrong = [ValidateProgress.Missing, ValidateProgress.Differing, ValidateProgress.NotCompared, ValidateProgress.Extra, ValidateProgress.Rejected];
        if (wrong.Any(number => journal[index.Name].Sum(number) > 0))
        {
            return "its documents are not the same";
        }

        if (!index.Transforms.Documents.IsNothing)
        {
            return "its documents are transformed, so that the source finds others";
        }

        if (index.HasSeveralTypes)
        {
            return "it has several types";
        }

        if (await here.FindFiguresAsync(index.Name, cancellationToken) is not { } figures || figures.Uuid != index.Index.Uuid)
        {
            return "the source does not have it any more";
        }

        for (var number = 0; number < index.Index.NumberOfShards; number++)
        {
            var opened = number;
            var counts = await SnapshotAccess.TryAsync(null, async () => await (await index.Index.OpenShardAsync(opened, cancellationToken)).CountAsync(cancellationToken));
            if (counts.MaxSequenceNumber is not { } last)
            {
                return "the source does not number its writes, so that nobody knows whether it was written since";
            }

            if (!figures.SequenceNumbers.TryGetValue(number, out var now) || now != last)
            {
                return "the source was written since the snapshot was taken";
            }
        }

        return null;
    }

    /// <summary>False when the source does not answer any more, or somebody asked for an end.</summary>
    private async Task<bool> SearchAsync(SelectedIndex index, ClusterDocuments here, int max, CancellationToken cancellationToken)
    {
        var all = index.Index.Mappings.SelectMany(SearchFields.Of).DistinctBy(field => field.Name).ToArray();
        var fields = Sample(all, max / 2);
        var values = await ValuesAsync(index, fields, cancellationToken);
        (_fields, _searched) = (_fields + all.Length, _searched + fields.Length);
        foreach (var field in fields)
        {
            var name = Quoted(field.Name);
            var queries = new List<(string Said, string Query)> { ($"exists {field.Name}", $$"""{"exists":{"field":{{name}} } }""") };
            if (field.HasTerms && values.TryGetValue(field.Path, out var value))
            {
                var word = field.IsText ? "match" : "term";
                queries.Add(($"{word} {field.Name} {value}", $$"""{"{{word}}":{ {{name}}:{{value}} } }"""));
            }

            foreach (var (said, query) in queries)
            {
                if (context.StopRequested.IsCancellationRequested)
                {
                    return false;
                }

                long ours;
                try
                {
                    ours = await CountAsync(here, index.Name, query, cancellationToken);
                }
                catch (ClusterException failure)
                {
                    _without.Add($"further searches (the source does not answer: {failure.Message.TrimEnd('.')})");
                    return false;
                }

                var theirs = await CountAsync(_there, index.Name, query, cancellationToken);
                _count++;
                if (ours != theirs)
                {
                    _differing++;
                    _lines.Add($"{index.Name}: {said}: {Found(ours)} at the source, {Found(theirs)} on the target");
                }
            }
        }

        return true;
    }

    /// <summary>As many as may be, from all over.</summary>
    private static SearchField[] Sample(SearchField[] all, int max) =>
        all.Length <= max ? all : [.. Enumerable.Range(0, max).Select(i => all[(int)((long)i * all.Length / max)])];

    /// <returns>-1 where the cluster refuses the search itself.</returns>
    private static async Task<long> CountAsync(ClusterDocuments documents, string index, string query, CancellationToken cancellationToken)
    {
        try
        {
            return await documents.CountAsync(index, Encoding.UTF8.GetBytes(query), cancellationToken);
        }
        catch (ClusterRequestException refusal) when (refusal.Status == 400)
        {
            return NotFound;
        }
    }

    private static string Found(long count) => count == NotFound ? "refused" : $"{count:N0} found";

    /// <summary>A value of each field, by its path, out of the first documents.</summary>
    private static async Task<Dictionary<string, string>> ValuesAsync(SelectedIndex index, SearchField[] fields, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var read = 0;
        for (var number = 0; number < index.Index.NumberOfShards && read < DocumentsMax; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));
            await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(0, cancellationToken));
            try
            {
                while (read++ < DocumentsMax && await reader.MoveNextAsync(cancellationToken))
                {
                    Take(reader.Current, fields, values);
                }
            }
            catch (RepositoryException failure)
            {
                throw new StepException(SnapshotAccess.Describe(failure, null), isTransient: false, failure);
            }
        }

        return values;
    }

    private static void Take(SourceDocument document, SearchField[] fields, Dictionary<string, string> values)
    {
        try
        {
            using var source = document.Source is { } bytes ? JsonDocument.Parse(bytes) : null;
            foreach (var path in source is null ? [] : fields.Select(field => field.Path).Where(path => !values.ContainsKey(path)).Distinct(StringComparer.Ordinal).ToArray())
            {
                if (SearchFields.ValueAt(source!.RootElement, path) is { } value)
                {
                    values[path] = value;
                }
            }
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException)
        {
            // Any other document does as well.
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
