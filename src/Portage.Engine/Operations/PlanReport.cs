using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;

namespace Portage.Engine.Operations;

/// <summary>A plan as it is shown.</summary>
/// <param name="Session">The session.</param>
/// <param name="Revision">The revision planned.</param>
/// <param name="IsPending">True when that revision is not committed.</param>
/// <param name="Plan">The plan, with what it destroys as it was just seen.</param>
/// <param name="Estimates">How much the first steps will involve, where that could be found out.</param>
/// <param name="Diagnostics">What forbids a start, and why sizes are not known.</param>
public sealed record PlanReport(
    string Session,
    int Revision,
    bool IsPending,
    Plan Plan,
    ImmutableDictionary<StepAddress, StepEstimate> Estimates,
    ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>What was seen of what the plan may destroy: what a start hands over, so that the plan started is the plan shown.</summary>
    public ImmutableArray<Seen> Seen { get; init; } = [];

    /// <summary>What somebody asked to be taken back and a start of this plan leaves.</summary>
    public ImmutableArray<Wish> Dormant { get; init; } = [];

    /// <summary>Steps whose work ended in the middle, and that are not gone on with: what they had set aside is put back by a start.</summary>
    public ImmutableArray<StepAddress> PutsBack { get; init; } = [];

    /// <summary>The configuration planned.</summary>
    public required MigrationConfig Config { get; init; }

    /// <summary>The last event of the ledger that it takes into account.</summary>
    public required long Position { get; init; }
}
