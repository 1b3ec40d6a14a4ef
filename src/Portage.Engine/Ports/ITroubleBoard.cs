using System.Collections.Immutable;
using Portage.Model.Addresses;

namespace Portage.Engine.Ports;

/// <summary>Where a controller tells what keeps it from seeing or reaching workloads. Backends implement it; status reads it.</summary>
public interface ITroubleBoard
{
    /// <summary>Replaces what was told before; never throws: what cannot be told is in the log.</summary>
    /// <param name="troubles">All that there are at this moment.</param>
    void Post(ImmutableArray<WatchTrouble> troubles);
}

/// <summary>A workload that cannot be seen or told something. The work may go on as before.</summary>
/// <param name="Session">The session.</param>
/// <param name="Step">The step.</param>
/// <param name="What">What cannot be done, as <c>cannot be seen</c>.</param>
/// <param name="Why">The cause, as a sentence.</param>
/// <param name="Since">When it was first tried in vain.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="NextAt">When it is tried again.</param>
public sealed record WatchTrouble(string Session, StepAddress Step, string What, string Why, DateTimeOffset Since, DateTimeOffset TriedAt, DateTimeOffset NextAt);
