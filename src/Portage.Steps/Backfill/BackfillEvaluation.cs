using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Documents;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Finds out whether a backfill can be done, and what it would do to what is there.</summary>
internal sealed class BackfillEvaluation(EvaluateContext context, SliceOnTarget on, ClusterClient client)
{
    /// <exception cref="StepException">Something that the backfill needs is missing.</exception>
    public async Task<StepReport> EvaluateAsync(CancellationToken cancellationToken)
    {
        var indices = await SliceReading.OpenAsync(on, context, cancellationToken);
        var redo = (context.Redo.IsDefault ? await TakenBack.ItemsAsync(context.Files, cancellationToken) : context.Redo).ToHashSet(StringComparer.Ordinal);
        var each = await SliceReading.VerifyAsync(on, indices, (done, total) => context.Progress(new(done, total, "indices", null, null, ImmutableSortedDictionary<string, long>.Empty)), cancellationToken);
        var sizes = each.Aggregate(SnapshotSizes.Empty, (sum, size) => sum + size);
        var targets = new TargetIndices(context, on, client, static () => { });
        await targets.RefuseGoneAsync(indices, redo, cancellationToken);
        var destroyed = await BackfillRevert.LookAsync(context.Files, client, on.TargetName, [.. redo.Order(StringComparer.Ordinal)], cancellationToken);
        var (todo, kept, overwritten, lines) = (0, 0, new List<Destruction>(), await CopiedFromWhatIsGoneAsync(redo, cancellationToken));
        var copied = new List<(SelectedIndex Index, long Bytes)>();
        foreach (var (index, size) in indices.Zip(each))
        {
            if (!redo.Contains(index.Name) && await IsDoneAsync(context.Files, index, cancellationToken))
            {
                kept++;
                foreach (var there in await OthersOfResentAsync(context.Files, client, on, index, context.Resends, cancellationToken))
                {
                    lines.Add($"{there.Name}: of the documents that are sent again up to {there.Documents:N0} may get another content where somebody has written one of the same id");
                    overwritten.Add(there);
                }

                continue;
            }

            todo++;
            copied.Add((index, size.Bytes));
            lines.AddRange(await PipelinesAsync(index, cancellationToken));
            foreach (var there in await OthersAsync(context.Files, client, on, index, redo, cancellationToken))
            {
                var (isOne, overwrites) = (there.Documents == 1, on.Slice.Backfill.Conflict == ConflictChoice.Overwrite);
                lines.Add($"{there.Name}: {(there.Foreign is null ? "up to " : "")}{there.Documents:N0} {(isOne ? "document is" : "documents are")} there already, and {(overwrites ? $"{(isOne ? "gets" : "get")} another content where the snapshot has one of the same id{(there.SentMax is { } most ? $": no more than {most:N0}, as it has no more" : "")}" : isOne ? "stays as it is" : "stay as they are")}");
                if (overwrites)
                {
                    overwritten.Add(there);
                }
            }
        }

        var trial = await TransformTrial.RunAsync(on, [.. copied.Select(one => one.Index)], cancellationToken);
        var room = await RoomOnDisk.LookAsync(client, on, copied, destroyed.Sum(gone => gone.Bytes ?? 0), cancellationToken);
        return new(
            ImmutableSortedDictionary<string, long>.Empty.Add("indices", todo).Add("kept", kept).Add("documents", sizes.Documents).Add("bytes", sizes.Bytes),
            [
                $"{sizes}: every file is there{(kept > 0 ? $"; {kept} {(kept == 1 ? "index is" : "indices are")} done already" : "")}",
                .. room is null ? [] : (string[])[room],
                .. lines,
                .. trial.Lines,
            ])
        {
            Destroys = [.. destroyed, .. overwritten],
        };
    }

    /// <summary>What a person must know of items that go document by document, where the snapshot is gone that tells which of them are ours.</summary>
    private async Task<List<string>> CopiedFromWhatIsGoneAsync(IEnumerable<string> redo, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var item in redo.Order(StringComparer.Ordinal))
        {
            if (await TakenBack.ReadAsync(context.Files, item, cancellationToken) is { Before.Snapshot: { } uuid } had
                && await SliceReading.FindCopiedAsync(on, context, uuid, cancellationToken) is null
                && !(await had.LookAsync(client, cancellationToken)).HoldsNothingElse)
            {
                lines.Add($"{item}: the snapshot that it was copied from is gone; of what is there, what the new one has just so is taken back, and the rest stays");
            }
        }

        return lines;
    }

    private async Task<List<string>> PipelinesAsync(SelectedIndex index, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        foreach (var target in index.TargetNames)
        {
            if (await new ClusterMetadata(client).FindSettingsAsync(target, FinalPipelines.Asked, cancellationToken) is { } settings && FinalPipelines.Of(settings) is { } pipeline)
            {
                lines.Add($"{target}: its final pipeline '{pipeline}' is set aside while documents are sent, for whoever writes, and set again afterwards");
            }
        }

        return lines;
    }

    /// <summary>What others have in the target indices of an index, as far as the backfill could write over it.</summary>
    /// <param name="redo">Items that are taken back first.</param>
    public static async Task<ImmutableArray<Destruction>> OthersAsync(
        IStepFiles files, ClusterClient client, SliceOnTarget on, SelectedIndex index, IReadOnlySet<string> redo, CancellationToken cancellationToken)
    {
        var had = await TakenBack.ReadAsync(files, index.Name, cancellationToken);
        if (had is not null && redo.Contains(index.Name))
        {
            // Ours goes first; what stays then is not what is more than ours now: somebody may have rewritten some of it.
            var stays = (await had.LookAsync(client, cancellationToken)).Overwrites(on.TargetName).Where(there => index.TargetNames.Contains(there.Name, StringComparer.Ordinal));
            return await BoundedAsync(on, index, [.. stays, .. await OthersAsync(files, client, on, index, index.TargetNames.Where(target => !had.Before.Documents.ContainsKey(target)), had: null, cancellationToken)], cancellationToken);
        }

        return await BoundedAsync(on, index, await OthersAsync(files, client, on, index, index.TargetNames, had, cancellationToken), cancellationToken);
    }

    /// <summary>No more can be written over than the snapshot has documents.</summary>
    private static async Task<ImmutableArray<Destruction>> BoundedAsync(SliceOnTarget on, SelectedIndex index, ImmutableArray<Destruction> others, CancellationToken cancellationToken)
    {
        if (others.IsEmpty || on.Slice.Backfill.Conflict != ConflictChoice.Overwrite)
        {
            return others;
        }

        // Of what cannot be counted nobody can say how many are sent.
        var look = await IndexLook.AllAsync(index.Index.Snapshot, [index.Name], isWhole: false, cancellationToken).SingleAsync(cancellationToken);
        return look.Size is { IsComplete: true, UncountedShards: 0, UnlistedShards: 0, Documents: var sent } && look.IsReadable
            ? [.. others.Select(there => there.Documents > sent ? there with { SentMax = sent } : there)]
            : others;
    }

    /// <summary>What others may have under the ids of documents that are sent again: no more than there are of those.</summary>
    public static async Task<ImmutableArray<Destruction>> OthersOfResentAsync(IStepFiles files, ClusterClient client, SliceOnTarget on, SelectedIndex index, int? resends, CancellationToken cancellationToken)
    {
        using var journal = await ItemJournal.LookAsync(files.Item(index.Name), index.Name, cancellationToken);
        if (on.Slice.Backfill.Conflict != ConflictChoice.Overwrite || !Resending.IsAsked(journal, resends))
        {
            return [];
        }

        var most = journal.Sum(BackfillProgress.Rejected);
        return [.. (await OthersAsync(files, client, on, index, ImmutableHashSet<string>.Empty, cancellationToken)).Select(there => there with { Documents = Math.Min(there.Documents ?? most, most), Foreign = Math.Min(there.Documents ?? most, most), SentMax = null })];
    }

    private static async Task<ImmutableArray<Destruction>> OthersAsync(
        IStepFiles files, ClusterClient client, SliceOnTarget on, SelectedIndex index, IEnumerable<string> targets, TakenBack? had, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<Destruction>();
        foreach (var target in targets)
        {
            var there = await IndexMark.OfAsync(client, target, cancellationToken);
            var others = there.Documents - (had?.Accepted ?? 0);
            if (others > 0 && had is not null)
            {
                // Begun, and perhaps killed: what it sent last is nobody else's.
                using var journal = await ItemJournal.LookAsync(files.Item(index.Name), index.Name, cancellationToken);
                others -= await UnderWay.CountAsync(on, client, index, target, journal, had.Before, others, cancellationToken);
            }

            if (others > 0)
            {
                found.Add(new(DestructionKind.OverwriteDocuments, on.TargetName, target, others, null, others) { Item = index.Name });
            }
        }

        return found.DrainToImmutable();
    }

    /// <summary>True when every shard of an index is copied.</summary>
    public static async Task<bool> IsDoneAsync(IStepFiles files, SelectedIndex index, CancellationToken cancellationToken)
    {
        using var journal = await ItemJournal.LookAsync(files.Item(index.Name), index.Name, cancellationToken);
        return journal.Items(index.Index.NumberOfShards).All(item => journal.Of(item).IsDone);
    }
}
