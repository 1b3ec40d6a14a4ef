using System.Collections.Immutable;
using Portage.Engine.Ports;

namespace Portage.Steps.Snapshot;

/// <summary>How far a snapshot is: shards while it is taken, indices while it is verified.</summary>
internal static class SnapshotProgress
{
    public static StepProgress Taking(int shardsDone, int shardsTotal, long bytesDone, long bytesTotal) => new(
        shardsDone,
        shardsTotal,
        "shards",
        null,
        null,
        ImmutableSortedDictionary<string, long>.Empty.Add("bytesDone", bytesDone).Add("bytesTotal", bytesTotal));

    public static StepProgress Verifying(int indicesDone, int indicesTotal) =>
        new(indicesDone, indicesTotal, "indices", null, null, ImmutableSortedDictionary<string, long>.Empty);
}
