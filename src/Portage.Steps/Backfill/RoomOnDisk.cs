using Portage.Clusters;
using Portage.Clusters.Failures;
using Portage.Clusters.Metadata;
using Portage.Clusters.Room;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Reading;

namespace Portage.Steps.Backfill;

/// <summary>Finds out whether a target has the disks for what is copied to it.</summary>
/// <remarks>
/// How large an index becomes is known when it is written: another codec, another mapping and merges make it larger or smaller than
/// in the snapshot. So there is a warning where the same size would not fit, and a refusal only where a quarter of it would not.
/// </remarks>
internal static class RoomOnDisk
{
    // Above it, a target moves shards away, and soon refuses to write (cluster.routing.allocation.disk.watermark.high).
    private const double HighWatermark = 0.9;

    private const int CertainlySmaller = 4;

    /// <summary>What a person should know; null where there is room, or where nobody can tell.</summary>
    /// <param name="copied">What is copied, with its size in the snapshot.</param>
    /// <param name="freedBytes">What is deleted first.</param>
    /// <exception cref="StepException">It certainly does not fit.</exception>
    /// <exception cref="ClusterException">The target cannot be asked.</exception>
    public static async Task<string?> LookAsync(ClusterClient client, SliceOnTarget on, IReadOnlyCollection<(SelectedIndex Index, long Bytes)> copied, long freedBytes, CancellationToken cancellationToken)
    {
        if (copied.Sum(one => one.Bytes) == 0 || await new ClusterRoom(client).FindDiskAsync(cancellationToken) is not { } disk)
        {
            return null;
        }

        var replicas = (await new ClusterMetadata(client).ListIndicesAsync(cancellationToken)).ToDictionary(index => index.Name, index => index.ReplicaCount, StringComparer.Ordinal);
        var needed = copied.Sum(one => one.Bytes * (1 + one.Index.TargetNames.Max(target => replicas.GetValueOrDefault(target))));
        var free = disk.FreeBytes + freedBytes;
        if (needed / CertainlySmaller > free)
        {
            throw new StepException(
                DiagnosticCatalog.TargetHasNoRoom.Error(
                    on.TargetPath,
                    $"The indices take {Amounts.Bytes(needed)} with their replicas, and the data nodes of the target have {Amounts.Bytes(free)} free. Give it more disk, or copy less."),
                isTransient: false,
                null);
        }

        // Without what is free at this moment: a person approves these words, and it changes while they are read.
        return needed > free - ((1 - HighWatermark) * disk.TotalBytes)
            ? $"room: the indices may take {Amounts.Bytes(needed)} with their replicas, and the data nodes of the target ({Amounts.Bytes(disk.TotalBytes)} in all) have less than that free below their high watermark"
            : null;
    }
}
