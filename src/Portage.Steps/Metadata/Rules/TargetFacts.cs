using System.Collections.Frozen;
using System.Collections.Immutable;
using Portage.Clusters.Capabilities;
using Portage.Model.Clusters;

namespace Portage.Steps.Metadata.Rules;

/// <summary>What the rules must know of a target.</summary>
/// <param name="Can">By its version.</param>
/// <param name="Defaults">Every index setting that it knows, its plugins' too, with the value where nobody sets it; by the target itself. Empty where it does not say.</param>
internal sealed record TargetFacts(ClusterCapabilities Can, FrozenDictionary<string, string> Defaults)
{
    /// <summary>Values of settings that it does not take, with its words; it is asked only about those that merely tune an index.</summary>
    public ImmutableDictionary<(string Name, string Value), string> Refused { get; init; } = ImmutableDictionary<(string Name, string Value), string>.Empty;

    /// <summary>Nothing is known of it.</summary>
    public static TargetFacts None { get; } = new(new(new(Flavor.OpenSearch, 0, 0, 0)), FrozenDictionary<string, string>.Empty);
}
