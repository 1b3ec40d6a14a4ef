using System.Collections.Immutable;

namespace Portage.Steps.Backfill;

/// <summary>How long the transforms of a shard take, and how many documents they change.</summary>
internal sealed class TransformCost(TimeProvider time, bool isNothing)
{
    private readonly Lock _lock = new();
    private long _documents;
    private TimeSpan _took;

    /// <summary>To be called before a document is transformed.</summary>
    public long Begin() => isNothing ? 0 : time.GetTimestamp();

    /// <summary>To be called after it.</summary>
    /// <param name="begun">What <see cref="Begin"/> gave.</param>
    public void End(long begun)
    {
        if (isNothing)
        {
            return;
        }

        var took = time.GetElapsedTime(begun);
        lock (_lock)
        {
            _documents++;
            _took += took;
        }
    }

    /// <summary>Adds what was measured since the last time to the numbers of a position.</summary>
    /// <param name="transformed">Counts the documents of the batch that came out otherwise.</param>
    public ImmutableSortedDictionary<string, long> AddTo(ImmutableSortedDictionary<string, long> numbers, Func<int> transformed)
    {
        if (isNothing)
        {
            return numbers;
        }

        long documents;
        TimeSpan took;
        lock (_lock)
        {
            (documents, took, _documents, _took) = (_documents, _took, 0, TimeSpan.Zero);
        }

        foreach (var (name, more) in ((string, long)[])[(BackfillProgress.Transformed, transformed()), (BackfillProgress.TransformDocuments, documents), (BackfillProgress.TransformNanoseconds, (long)took.TotalNanoseconds)])
        {
            numbers = numbers.SetItem(name, numbers.GetValueOrDefault(name) + more);
        }

        return numbers;
    }

    /// <summary>What a report says of it; null where nothing was transformed.</summary>
    /// <param name="sum">Gives the sum of a number over all shards.</param>
    public static string? Say(Func<string, long> sum, long decided) => sum(BackfillProgress.TransformDocuments) is > 0 and var documents
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"transforms: {sum(BackfillProgress.Transformed):N0} of {decided:N0} documents changed, {sum(BackfillProgress.TransformNanoseconds) / 1_000.0 / documents:N1} µs a document")
        : null;
}
