using System.Collections.Immutable;

namespace Portage.Planning.Destroying;

/// <summary>What was seen, just now, of what a step would destroy. The planner is handed it as data, so that it stays pure.</summary>
/// <param name="Destroys">What is there; empty when nothing is.</param>
/// <param name="Unseen">Why it could not be looked at; null when it was.</param>
public sealed record Observation(ImmutableArray<Destruction> Destroys, string? Unseen);
