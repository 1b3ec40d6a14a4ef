using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Takes back what a backfill wrote, index by index of the snapshot.</summary>
internal sealed class BackfillRevert(RevertContext context, SliceOnTarget on, ClusterClient client)
{
    /// <summary>What taking back items would destroy now.</summary>
    /// <param name="items">Default for all.</param>
    public static async Task<ImmutableArray<Destruction>> LookAsync(IStepFiles files, ClusterClient client, string cluster, ImmutableArray<string> items, CancellationToken cancellationToken)
    {
        var destroyed = ImmutableArray.CreateBuilder<Destruction>();
        foreach (var item in items.IsDefault ? await TakenBack.ItemsAsync(files, cancellationToken) : items)
        {
            if (await TakenBack.ReadAsync(files, item, cancellationToken) is { } had)
            {
                destroyed.AddRange((await had.LookAsync(client, cancellationToken)).Destroys(cluster));
            }
        }

        return destroyed.ToImmutable();
    }

    /// <exception cref="StepException">The snapshot is needed and cannot be read.</exception>
    public async Task<RevertResult> TakeBackAsync(CancellationToken cancellationToken)
    {
        var notes = await RevertNotes.OpenAsync(context.Files, cancellationToken);
        foreach (var item in notes.Gone)
        {
            await context.Files.Item(item).DeleteAllAsync(cancellationToken);
        }

        var items = context.Items.IsDefault ? await TakenBack.ItemsAsync(context.Files, cancellationToken) : context.Items;

        // What a killed call had begun is finished first: left half-way it would be neither there nor gone. It was approved, and only ours goes.
        var begun = notes.Begun.ToHashSet(StringComparer.Ordinal);
        await TakeBackAsync(await LookAllAsync(items.Where(begun.Contains), cancellationToken), notes, cancellationToken);
        var looks = await LookAllAsync(items.Where(item => !begun.Contains(item)), cancellationToken);
        ImmutableArray<Destruction> now = [.. looks.SelectMany(look => look.Destroys(on.TargetName)), .. WrittenOver(looks)];
        if (context.IsBeyondApproval(now))
        {
            return new RevertResult.Changed(now) { Gone = [.. notes.Gone] };
        }

        await TakeBackAsync(looks, notes, cancellationToken);
        foreach (var item in items)
        {
            await context.Files.Item(item).DeleteAllAsync(cancellationToken);
        }

        await RevertNotes.ForgetAsync(context.Files, cancellationToken);
        return new RevertResult.Done();
    }

    /// <summary>
    /// What others have there, of the items that are sent again over it. Asked about before anything goes: whoever refuses it afterwards would
    /// be left with neither.
    /// </summary>
    private IEnumerable<Destruction> WrittenOver(List<TakenBack> looks)
    {
        if (on.In(context.Wanted ?? context.Config) is not { Slice.Backfill: { Skip: false, Conflict: ConflictChoice.Overwrite } } wanted || !wanted.IsSamePlaceAs(on))
        {
            return [];
        }

        var sent = SliceContents.Select(wanted.Slice, looks.Select(look => look.Item)).ToHashSet(StringComparer.Ordinal);
        return looks.Where(look => sent.Contains(look.Item)).SelectMany(look => look.Overwrites(on.TargetName));
    }

    /// <summary>How the items are now that anything was written for.</summary>
    private async Task<List<TakenBack>> LookAllAsync(IEnumerable<string> items, CancellationToken cancellationToken)
    {
        var looks = new List<TakenBack>();
        foreach (var item in items)
        {
            if (await TakenBack.ReadAsync(context.Files, item, cancellationToken) is { } had)
            {
                looks.Add(await had.LookAsync(client, cancellationToken));
            }
        }

        return looks;
    }

    private async Task TakeBackAsync(List<TakenBack> looks, RevertNotes notes, CancellationToken cancellationToken)
    {
        // Everything that is needed is there before anything goes.
        var bySlowWay = looks.Where(look => look.Documents > 0 && (look.Emptied is null ? !look.HoldsNothingElse : look.WasWrittenToSinceNoted)).Select(look => look.Item).ToHashSet(StringComparer.Ordinal);
        var opened = new Dictionary<string, SelectedIndex>(StringComparer.Ordinal);
        foreach (var look in looks.Where(look => bySlowWay.Contains(look.Item)))
        {
            opened.Add(look.Item, await OpenAsync(look, cancellationToken));
        }

        foreach (var look in looks)
        {
            await notes.BeginAsync(look.Item);
            await TakeBackAsync(look, opened.GetValueOrDefault(look.Item), cancellationToken);
            await notes.EndAsync(look.Item);
            await context.Files.Item(look.Item).DeleteAllAsync(cancellationToken);
        }
    }

    private async Task TakeBackAsync(TakenBack look, SelectedIndex? index, CancellationToken cancellationToken)
    {
        var files = context.Files.Item(look.Item);
        var notes = new BackfillNotes(files);
        var emptied = new EmptiedIndex(client, context.AssertLease, on.TargetPath) { LeavesToOthers = !IsWanted(look.Item) };
        var byDocument = look.Now.Keys.ToImmutableSortedSet(StringComparer.Ordinal);

        // A killed worker may have left them aside; made again as it is now, an index would never get its own back.
        await new FinalPipelines(client, notes, context.AssertLease).PutBackAsync(cancellationToken);

        if (await notes.EmptiedAsync(cancellationToken) is { } begun)
        {
            byDocument = await emptied.GoOnAsync(notes, begun, cancellationToken);
        }
        else if (index is null)
        {
            // Somebody may have written into it while the items before it were taken back.
            var again = look.Documents > 0 ? await look.LookAsync(client, cancellationToken) : null;
            byDocument = again is null ? [] : again.HoldsNothingElse ? await emptied.EmptyAsync(notes, again.Targets, cancellationToken) : byDocument;
        }

        if (!byDocument.IsEmpty)
        {
            index ??= await OpenAsync(look, cancellationToken);
            using var journal = await ItemJournal.LookAsync(files, look.Item, cancellationToken);
            await new WrittenDocuments(context, client, await OwnWrites.OfAsync(client, look, cancellationToken)).DeleteAsync(index, byDocument, journal, cancellationToken);
        }
    }

    private bool IsWanted(string item) =>
        on.In(context.Wanted ?? context.Config) is { Slice.Backfill.Skip: false } wanted && wanted.IsSamePlaceAs(on) && SliceContents.Select(wanted.Slice, [item]).Any();

    private Task<SelectedIndex> OpenAsync(TakenBack look, CancellationToken cancellationToken) =>
        SliceReading.OpenCopiedAsync(on, context, look.Before.Snapshot, look.Item, cancellationToken);
}
