using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata;

/// <summary>Takes back what metadata made.</summary>
internal sealed class MetadataRevert(RevertContext context, SliceOnTarget on, ClusterClient client, CreationJournal journal)
{
    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>Looks which objects are ours, and what taking back items would destroy now.</summary>
    /// <param name="items">Default for all.</param>
    public static async Task<(OwnObjects Own, ImmutableArray<Destruction> Destroys)> LookAsync(
        ClusterClient client, SliceOnTarget on, CreationJournal journal, ImmutableArray<string> items, CancellationToken cancellationToken)
    {
        var state = await TargetState.ReadAsync(client, new((await client.GetInfoAsync(cancellationToken)).Version), cancellationToken);
        var own = await OwnObjects.OfAsync(journal, state, items.IsDefault ? null : items.ToHashSet(StringComparer.Ordinal), cancellationToken);
        return (own, await Destroyed.CountAsync(client, Destroyed.Of(journal, state, on.TargetName, own, ImmutableHashSet<ObjectName>.Empty, ImmutableDictionary<ObjectName, string>.Empty), cancellationToken));
    }

    /// <summary>Deletes what is ours of the items that go, last made first.</summary>
    public async Task<RevertResult> TakeBackAsync(CancellationToken cancellationToken)
    {
        var (own, now) = await LookAsync(client, on, journal, context.Items, cancellationToken);
        if (context.IsBeyondApproval(now))
        {
            return new RevertResult.Changed(now);
        }

        await Applying.DeleteAsync(context.Files);
        var writer = new ObjectWriter(client);
        foreach (var created in journal.Created.Where(own.IsRedone).Reverse().ToArray())
        {
            if (own.There(created.Name) is not null)
            {
                if (created.Name.Kind == ObjectKind.Index && !await MayGoAsync(created.Name.Name, own, now, cancellationToken))
                {
                    return new RevertResult.Changed((await LookAsync(client, on, journal, context.Items, cancellationToken)).Destroys);
                }

                context.AssertLease();
                await writer.DeleteAsync(created.Name, cancellationToken);
            }

            await journal.TakeBackAsync(created.Name);
        }

        await ForgetAsync(context, cancellationToken);
        return new RevertResult.Done();
    }

    /// <summary>Forgets what is remembered of the items that go.</summary>
    public static async Task ForgetAsync(RevertContext context, CancellationToken cancellationToken)
    {
        if (context.Items.IsDefault)
        {
            await context.Files.DeleteAllAsync(cancellationToken);
            return;
        }

        foreach (var item in context.Items)
        {
            await context.Files.Item(item).DeleteAllAsync(cancellationToken);
        }
    }

    /// <summary>Looks at an index again: those before it may have taken long, and others may have written into it, or made another one.</summary>
    private async Task<bool> MayGoAsync(string index, OwnObjects own, ImmutableArray<Destruction> seen, CancellationToken cancellationToken)
    {
        if (await _metadata.FindUuidAsync(index, cancellationToken) is not { } uuid)
        {
            return true;
        }

        var again = await Destroyed.CountAsync(client, [.. seen.Where(one => one.Kind == DestructionKind.DeleteIndex && one.Name == index)], cancellationToken);
        return uuid == own.UuidOf(index) && !again.Any(one => one.IsBeyond(context.Approved ?? seen));
    }
}
