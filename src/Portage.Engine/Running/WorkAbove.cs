using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Engine.Running;

/// <summary>Work that stands in what another step made.</summary>
/// <param name="Had">What is recorded of it.</param>
/// <param name="Config">What it was done with.</param>
/// <param name="Outputs">What the steps before it, and it itself, left.</param>
/// <param name="Overwrites">True when it is wanted, and is then done over what is there.</param>
internal sealed record WorkAbove(StepRecord Had, MigrationConfig Config, ImmutableDictionary<StepAddress, StepOutputs> Outputs, bool Overwrites)
{
    /// <summary>What other slices wrote where it would be done over what is there.</summary>
    public ImmutableArray<WorkAbove> Beside { get; init; } = [];
}
