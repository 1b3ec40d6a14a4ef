using System.Collections.Immutable;
using System.Text;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Shards;
using Portage.Steps.Reading;

namespace Portage.Steps.Documents;

/// <summary>What the transforms of a slice do to a few documents of each index, found out before anything is written.</summary>
/// <param name="Documents">How many were tried.</param>
/// <param name="Failing">How many of them would be rejected for a transform.</param>
/// <param name="Lines">What a person should see: a sum, what failed and why, and documents before and after. The same for the same snapshot and transforms.</param>
internal sealed record TransformTrial(int Documents, int Failing, ImmutableArray<string> Lines)
{
    private const int DocumentsOfEach = 3;

    // Of a slice of thousands of indices the first ones are enough to see a mistake, and each must be opened.
    private const int IndicesMax = 50;
    private const int ShownMax = 10;
    private const int TextMax = 400;

    /// <summary>Nothing is transformed.</summary>
    public static TransformTrial None { get; } = new(0, 0, []);

    /// <exception cref="StepException">A document cannot be read, or none of them can be transformed.</exception>
    public static async Task<TransformTrial> RunAsync(SliceOnTarget on, IReadOnlyCollection<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        if (indices.FirstOrDefault() is not { Transforms.Documents.IsNothing: false })
        {
            return None;
        }

        var (tried, changed, leftOut, failures, shown) = (0, 0, 0, new List<string>(), new List<string>());
        foreach (var index in indices.Take(IndicesMax))
        {
            var isShown = false;
            await foreach (var document in FirstAsync(index, cancellationToken))
            {
                tried++;
                switch (DocumentMapping.Map(index, document))
                {
                    case MappedDocument.Write { IsTransformed: true } write:
                        changed++;
                        if (!isShown && shown.Count < ShownMax)
                        {
                            isShown = true;
                            shown.Add($"sample {index.Name}/{document.Id}, before: {Text(SourceOf(document))}\nsample {index.Name}/{document.Id}, after: {Text(write.Source.Span)}");
                        }

                        break;
                    case MappedDocument.Filter:
                        leftOut++;
                        break;
                    case MappedDocument.Reject { Type: DocumentMapping.TransformFailed } reject:
                        failures.Add($"sample {index.Name}/{document.Id} fails: {reject.Reason}");
                        break;
                }
            }
        }

        if (tried > 0 && failures.Count == tried)
        {
            throw new StepException(
                DiagnosticCatalog.TransformFails.Error($"{on.SlicePath}.transforms", $"All {tried:N0} documents that were tried would be rejected; {failures[0]}"),
                isTransient: false,
                null);
        }

        var of = $"{Count(tried, "document")} of {Count(Math.Min(indices.Count, IndicesMax), "index", "indices")}{(indices.Count > IndicesMax ? $" (of {indices.Count:N0})" : "")}";
        return new(
            tried,
            failures.Count,
            [
                $"transforms tried on {of}: {changed:N0} changed, {tried - changed - leftOut - failures.Count:N0} as they were, {leftOut:N0} left out, {failures.Count:N0} failing",
                .. failures.Take(ShownMax),
                .. failures.Count > ShownMax ? [$"and {failures.Count - ShownMax:N0} more failing samples"] : (string[])[],
                .. shown.SelectMany(both => both.Split('\n')),
            ]);
    }

    private static async IAsyncEnumerable<SourceDocument> FirstAsync(SelectedIndex index, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = DocumentsOfEach;
        for (var number = 0; number < index.Index.NumberOfShards && left > 0; number++)
        {
            var opened = number;
            var shard = await SnapshotAccess.TryAsync(null, async () => await index.Index.OpenShardAsync(opened, cancellationToken));
            await using var reader = await SnapshotAccess.TryAsync(null, async () => await shard.OpenReaderAsync(0, WholeFiles.Unchecked, cancellationToken));
            while (left-- > 0 && await SnapshotAccess.TryAsync(null, async () => await reader.MoveNextAsync(cancellationToken)))
            {
                yield return reader.Current;
            }
        }
    }

    private static ReadOnlySpan<byte> SourceOf(SourceDocument document) =>
        SourceJson.TryConvert(document.Source!.Value, document.Format, out var json, out _) ? json.Span : document.Source.Value.Span;

    /// <summary>A line, not endless.</summary>
    private static string Text(ReadOnlySpan<byte> source)
    {
        var text = string.Concat(Encoding.UTF8.GetString(source).Select(letter => char.IsControl(letter) ? ' ' : letter));
        return text.Length <= TextMax ? text : text[..TextMax] + "…";
    }

    private static string Count(int count, string one, string? several = null) => $"{count:N0} {(count == 1 ? one : several ?? one + "s")}";
}
