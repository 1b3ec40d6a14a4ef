using System.Collections.Immutable;
using System.Globalization;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Foresight;

/// <summary>Indices whose documents have versions of another system: these keep late writes out at the source, and are not carried to the target.</summary>
/// <param name="isQuick">True where a plan waits for it: then not every shard is looked at.</param>
internal sealed class ExternalVersions(SliceOnTarget on, ImmutableArray<SelectedIndex> indices, bool isQuick)
{
    // A plan is shown within a second, and each segment is two small files more.
    private const int QuickShardsMax = 50;

    private int _shards;

    /// <summary>One for each index of which that is certain.</summary>
    public async Task<ImmutableArray<Foreseen>> FindAsync(CancellationToken cancellationToken)
    {
        if (on.Slice.Backfill.Skip)
        {
            return [];
        }

        var found = ImmutableArray.CreateBuilder<Foreseen>();
        foreach (var index in indices)
        {
            if (await OfAsync(index, cancellationToken) is { } versions)
            {
                var size = await SnapshotLook.TextAsync(index.Index.Snapshot, [index.Name], isQuick, cancellationToken);
                found.Add(new(ForeseenKind.External, 1, string.Create(CultureInfo.InvariantCulture, $"index {index.Name} ({size}) were given by another system, as there is one of {versions.AtLeast:N0} or more after {versions.Changes:N0} changes of its shard at most: they are not carried, and what the source refuses as too old is taken by the target")));
            }
        }

        return found.DrainToImmutable();
    }

    private async Task<ShardVersions?> OfAsync(SelectedIndex index, CancellationToken cancellationToken)
    {
        try
        {
            for (var number = 0; number < index.Index.NumberOfShards && !(isQuick && _shards >= QuickShardsMax); number++, _shards++)
            {
                var opened = number;
                var versions = await SnapshotAccess.TryAsync(null, async () => await ShardVersions.ReadAsync(await index.Index.OpenShardAsync(opened, cancellationToken), cancellationToken));
                if (versions.AreExternal)
                {
                    return versions;
                }
            }
        }
        catch (StepException)
        {
            // What is damaged is told by whoever reads it.
        }

        return null;
    }
}
