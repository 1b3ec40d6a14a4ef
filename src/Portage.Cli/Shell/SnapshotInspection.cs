using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Steps.Reading;

namespace Portage.Cli.Shell;

/// <summary>What is in a snapshot, as far as it can be read.</summary>
/// <param name="Indices">Those whose settings can be read, with whether all the rest can.</param>
/// <param name="Problems">Why something cannot.</param>
internal sealed record SnapshotInspection(Snapshot Snapshot, IReadOnlyList<(IndexSnapshot Index, SnapshotSizes Size, bool IsReadable)> Indices, GlobalMetadata Global, IReadOnlyList<Diagnostic> Problems)
{
    /// <exception cref="StepException">Nothing of it can be read.</exception>
    public static async Task<SnapshotInspection> OfAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var indices = new List<(IndexSnapshot Index, SnapshotSizes Size, bool IsReadable)>();
        var problems = new List<Diagnostic>();
        await foreach (var look in IndexLook.AllAsync(snapshot, snapshot.IndexNames, isWhole: true, cancellationToken))
        {
            problems.AddRange(look.Problems.Select(problem => SnapshotAccess.Describe(problem, null)));
            if (look.Index is { } index)
            {
                indices.Add((index, look.Size, look.IsReadable));
            }
        }

        var global = await SnapshotAccess.TryAsync(null, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        return new(snapshot, indices, global, problems);
    }
}
