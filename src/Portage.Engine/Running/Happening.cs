using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;

namespace Portage.Engine.Running;

/// <summary>Something that came of an effect.</summary>
/// <param name="Flight">Which piece of work it comes from: of work that was given up, nothing is taken any more.</param>
/// <param name="Events">What to write down.</param>
/// <param name="EndsFlight">True when nothing is in flight for the step any more.</param>
internal sealed record Happening(Flight Flight, ImmutableArray<LedgerEvent> Events, bool EndsFlight)
{
    /// <summary>What a service said of itself; null when it said nothing.</summary>
    public WorkloadSighting.Serving? Reading { get; init; }
}
