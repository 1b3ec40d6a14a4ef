using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Metadata;

/// <summary>What taking back metadata would find.</summary>
/// <param name="Own">Knows which objects are ours, and which of them go.</param>
/// <param name="Destroys">What would be destroyed now.</param>
/// <param name="Spared">Templates that stay because another slice wants them, with why.</param>
internal sealed record MetadataLook(OwnObjects Own, ImmutableArray<Destruction> Destroys, ImmutableDictionary<ObjectName, string> Spared);

/// <summary>Takes back what metadata made.</summary>
internal sealed partial class MetadataRevert(RevertContext context, SliceOnTarget on, ClusterClient client, CreationJournal journal)
{
    private const string NotWanted = "it is not wanted any more, and stays only where somebody has changed it since";

    private readonly ClusterMetadata _metadata = new(client);
    private readonly ObjectWriter _writer = new(client);
    private readonly WantedElsewhere _elsewhere = new(context, on);

    /// <summary>Looks which objects are ours, and what taking back items would destroy now.</summary>
    /// <param name="items">Default for all.</param>
    /// <param name="wanted">What the slice wants, where what it does not want goes as well; default where it stays.</param>
    public static async Task<MetadataLook> LookAsync(
        ClusterClient client, SliceOnTarget on, WantedElsewhere elsewhere, CreationJournal journal, ImmutableArray<string> items, ImmutableArray<MetadataObject> wanted, CancellationToken cancellationToken)
    {
        var state = await TargetState.ReadAsync(client, new((await client.GetInfoAsync(cancellationToken)).Version), cancellationToken);
        var spared = items.IsDefault ? await elsewhere.SparedAsync(journal, state, cancellationToken) : ImmutableDictionary<ObjectName, string>.Empty;
        var own = await OwnObjects.OfAsync(journal, state, items.IsDefault ? null : items.ToHashSet(StringComparer.Ordinal), spared.ContainsKey, cancellationToken);
        var destroyed = Destroyed.Of(journal, state, on.TargetName, own, ImmutableHashSet<ObjectName>.Empty, ImmutableDictionary<ObjectName, string>.Empty);
        var unwanted = items.IsDefault || wanted.IsDefault ? [] : await new UnwantedObjects(journal, state, own, wanted, elsewhere).FindAsync(trial: null, cancellationToken);
        return new(own, [.. await Destroyed.CountAsync(client, destroyed, cancellationToken), .. Destroyed.Removed(unwanted, on.TargetName, NotWanted)], spared);
    }

    /// <summary>Deletes what is ours of the items that go: indices with their aliases, item by item, then what is left, last made first.</summary>
    public async Task<RevertResult> TakeBackAsync(CancellationToken cancellationToken)
    {
        var notes = await RevertNotes.OpenAsync(context.Files, cancellationToken);
        var look = await LookAsync(client, on, _elsewhere, journal, context.Items, default, cancellationToken);
        if (context.IsBeyondApproval(look.Destroys))
        {
            return Changed(look, notes);
        }

        await Applying.DeleteAsync(context.Files);
        var going = journal.Created.Where(look.Own.IsRedone).Reverse().ToArray();
        foreach (var item in going.Where(created => created.Name.Kind == ObjectKind.Index).GroupBy(created => created.TakenBackWith!, StringComparer.Ordinal))
        {
            // Of an item all goes or nothing does.
            foreach (var index in item)
            {
                if (look.Own.There(index.Name) is not null && !await MayGoAsync(index.Name.Name, look, cancellationToken))
                {
                    return Changed(await LookAsync(client, on, _elsewhere, journal, context.Items, default, cancellationToken), notes);
                }
            }

            foreach (var index in item)
            {
                await TakeBackAsync(index, look.Own, notes, [.. going.Where(created => created.Name.Index == index.Name.Name).Select(created => created.Name)], cancellationToken);
            }
        }

        // Their indices stay, or are none of ours any more.
        foreach (var created in going.Where(created => journal.Has(created.Name)))
        {
            await TakeBackAsync(created, look.Own, notes, [], cancellationToken);
        }

        foreach (var (name, why) in look.Spared.OrderBy(spared => spared.Key.ToString(), StringComparer.Ordinal))
        {
            LogStays(context.Logger, name.ToString(), why);
        }

        await ForgetAsync(context, look.Spared.Count > 0, cancellationToken);
        return new RevertResult.Done();
    }

    /// <summary>Forgets what is remembered of the items that go.</summary>
    /// <param name="keepsOwn">True where something of ours stays on the target: should the slice make it again, it is still its own.</param>
    public static async Task ForgetAsync(RevertContext context, bool keepsOwn, CancellationToken cancellationToken)
    {
        if (context.Items.IsDefault && !keepsOwn)
        {
            await context.Files.DeleteAllAsync(cancellationToken);
            return;
        }

        foreach (var item in context.Items.IsDefault ? await context.Files.ListItemsAsync(cancellationToken) : context.Items)
        {
            await context.Files.Item(item).DeleteAllAsync(cancellationToken);
        }

        await RevertNotes.ForgetAsync(context.Files, cancellationToken);
    }

    /// <param name="along">What goes with it.</param>
    private async Task TakeBackAsync(CreatedObject created, OwnObjects own, RevertNotes notes, ImmutableArray<ObjectName> along, CancellationToken cancellationToken)
    {
        if (own.There(created.Name) is not null)
        {
            context.AssertLease();
            await _writer.DeleteAsync(created.Name, cancellationToken);
            if (created.TakenBackWith is { } item)
            {
                await notes.EndAsync(item);
            }
        }

        // The aliases first: without their index they would be taken for ours on somebody else's.
        foreach (var name in along.Add(created.Name))
        {
            await journal.TakeBackAsync(name);
        }
    }

    /// <summary>What is there now, and which items have lost something: those that were taken back, and those whose index is not there any more, or is another one.</summary>
    private RevertResult.Changed Changed(MetadataLook now, RevertNotes notes)
    {
        var lost = journal.Created.Where(created => created is { IsMade: true, Name.Kind: ObjectKind.Index } && now.Own.IsRedone(created) && now.Own.There(created.Name) is null);
        return new(now.Destroys) { Gone = [.. notes.Gone.Concat(lost.Select(created => created.TakenBackWith!)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] };
    }

    /// <summary>Looks at an index again: those before it may have taken long, and others may have written into it, or made another one.</summary>
    private async Task<bool> MayGoAsync(string index, MetadataLook seen, CancellationToken cancellationToken)
    {
        if (await _metadata.FindUuidAsync(index, cancellationToken) is not { } uuid)
        {
            return true;
        }

        var again = await Destroyed.CountAsync(client, [.. seen.Destroys.Where(one => one.Kind == DestructionKind.DeleteIndex && one.Name == index)], cancellationToken);
        return uuid == seen.Own.UuidOf(index) && !again.Any(one => one.IsBeyond(context.Approved ?? seen.Destroys));
    }

    [LoggerMessage(EventId = 3301, Level = LogLevel.Information, Message = "{Template} stays: Portage made it, and {Why}.")]
    private static partial void LogStays(ILogger logger, string template, string why);
}
