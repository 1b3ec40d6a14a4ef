using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Finds out whether a backfill can be done, and what it would do to what is there.</summary>
internal sealed class BackfillEvaluation(EvaluateContext context, SliceOnTarget on, ClusterClient client)
{
    /// <exception cref="StepException">Something that the backfill needs is missing.</exception>
    public async Task<StepReport> EvaluateAsync(CancellationToken cancellationToken)
    {
        var indices = await SliceReading.OpenAsync(on, context.Outputs, cancellationToken);
        var redo = (context.Redo.IsDefault ? await TakenBack.ItemsAsync(context.Files, cancellationToken) : context.Redo).ToHashSet(StringComparer.Ordinal);
        var sizes = await SliceReading.VerifyAsync(indices, (done, total) => context.Progress(new(done, total, "shards", null, null, ImmutableSortedDictionary<string, long>.Empty)), cancellationToken);
        await new TargetIndices(context, on, client).RefuseGoneAsync(indices, redo, cancellationToken);
        var destroyed = await BackfillRevert.LookAsync(context.Files, client, on.TargetName, [.. redo.Order(StringComparer.Ordinal)], cancellationToken);
        var (todo, kept, overwritten, lines) = (0, 0, new List<Destruction>(), new List<string>());
        foreach (var index in indices)
        {
            if (!redo.Contains(index.Name) && await IsDoneAsync(index, cancellationToken))
            {
                kept++;
                continue;
            }

            todo++;
            foreach (var target in index.TargetNames)
            {
                var there = await IndexMark.OfAsync(client, target, cancellationToken);
                var others = there.Documents - destroyed.Where(gone => gone.Name == target).Sum(gone => gone.Documents ?? 0) - (redo.Contains(index.Name) ? 0 : await AcceptedAsync(index, cancellationToken));
                if (others > 0)
                {
                    lines.Add($"{target}: {others:N0} {(others == 1 ? "document is" : "documents are")} there already, and {(on.Slice.Backfill.Conflict == ConflictChoice.Overwrite ? "get another content where the snapshot has one of the same id" : "stay as they are")}");
                    if (on.Slice.Backfill.Conflict == ConflictChoice.Overwrite)
                    {
                        overwritten.Add(new(DestructionKind.OverwriteDocuments, on.TargetName, target, others, null, others) { Item = index.Name });
                    }
                }
            }
        }

        return new(
            ImmutableSortedDictionary<string, long>.Empty.Add("indices", todo).Add("kept", kept).Add("documents", sizes.Documents).Add("bytes", sizes.Bytes),
            [
                $"{sizes}: every file is there{(kept > 0 ? $"; {kept} {(kept == 1 ? "index is" : "indices are")} done already" : "")}",
                .. lines,
            ])
        {
            Destroys = [.. destroyed, .. overwritten],
        };
    }

    private async Task<bool> IsDoneAsync(SelectedIndex index, CancellationToken cancellationToken)
    {
        using var journal = await ItemJournal.LookAsync(context.Files.Item(index.Name), index.Name, cancellationToken);
        return Enumerable.Range(0, index.Index.NumberOfShards).All(shard => journal.Of(shard).IsDone);
    }

    private async Task<long> AcceptedAsync(SelectedIndex index, CancellationToken cancellationToken) =>
        await TakenBack.ReadAsync(context.Files, index.Name, cancellationToken) is { } had ? had.Accepted : 0;
}
