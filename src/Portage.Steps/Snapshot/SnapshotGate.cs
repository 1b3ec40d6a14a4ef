using Portage.Planning;

namespace Portage.Steps.Snapshot;

/// <summary>A snapshot needs no approval: it changes no data, and one that cannot be used fails the step.</summary>
internal static class SnapshotGate
{
    public static GateRule Rule { get; } = new(GateMode.None, null);
}
