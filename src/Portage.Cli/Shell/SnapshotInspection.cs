using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Cli.Shell;

/// <summary>What is in a snapshot, as far as it can be read.</summary>
/// <param name="Indices">Those that can be read.</param>
/// <param name="Problems">Why the others cannot.</param>
internal sealed record SnapshotInspection(Snapshot Snapshot, IReadOnlyList<(IndexSnapshot Index, SnapshotSizes Size)> Indices, GlobalMetadata Global, IReadOnlyList<Diagnostic> Problems)
{
    /// <exception cref="StepException">Nothing of it can be read.</exception>
    public static async Task<SnapshotInspection> OfAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var indices = new List<(IndexSnapshot Index, SnapshotSizes Size)>();
        var problems = new List<Diagnostic>();
        foreach (var name in snapshot.IndexNames)
        {
            try
            {
                var index = await SnapshotAccess.TryAsync(null, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
                indices.Add((index, await SnapshotSizes.OfAsync(snapshot, [name], cancellationToken)));
            }
            catch (StepException failure)
            {
                problems.Add(failure.Because);
            }
        }

        var global = await SnapshotAccess.TryAsync(null, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        return new(snapshot, indices, global, problems);
    }
}
