using System.Collections.Frozen;
using Portage.Clusters.Capabilities;

namespace Portage.Steps.Metadata.Rules;

/// <summary>What the rules must know of a target.</summary>
/// <param name="Can">By its version.</param>
/// <param name="Defaults">Every index setting that it knows, its plugins' too, with the value where nobody sets it; by the target itself. Empty where it does not say.</param>
internal sealed record TargetFacts(ClusterCapabilities Can, FrozenDictionary<string, string> Defaults);
