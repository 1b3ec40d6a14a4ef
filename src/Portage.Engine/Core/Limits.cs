using System.Collections.Immutable;
using System.Globalization;
using Portage.Configuration;
using Portage.Configuration.Fields;
using Portage.Model.Steps;

namespace Portage.Engine.Core;

/// <summary>How much may be under way at the same time in a home. Nothing that has begun is stopped by a limit; it only begins nothing more.</summary>
/// <param name="Workers">Worker processes.</param>
/// <param name="LightSteps">Steps inside the controller.</param>
/// <param name="Kinds">Steps of a kind; one that is not there has no limit of its own.</param>
/// <param name="Targets">Steps that work on a target, by its name; likewise.</param>
public sealed record Limits(int Workers, int LightSteps, ImmutableDictionary<StepKind, int> Kinds, ImmutableDictionary<string, int> Targets)
{
    // A worker waits for its target about as long as it computes, so that twice the processors keeps them busy. Fewer than four would
    // serialise a small machine for nothing: there a worker mostly waits, and takes some 100 MB.
    private const int WorkersPerProcessor = 2;
    private const int WorkersMin = 4;

    /// <summary>No limits.</summary>
    public static Limits None { get; } = new(int.MaxValue, int.MaxValue, ImmutableDictionary<StepKind, int>.Empty, ImmutableDictionary<string, int>.Empty);

    /// <summary>Those of a configuration.</summary>
    /// <param name="processors">Of the machine that workers run on.</param>
    public static Limits Of(MigrationConfig config, int processors) => new(
        config.Limits.Workers ?? Math.Max(WorkersMin, WorkersPerProcessor * processors),
        config.Limits.LightSteps,
        OfKinds(config.Limits.Kinds),
        config.Targets
            .Where(target => target.Value.StepsMax is not null)
            .ToImmutableDictionary(target => target.Key, target => target.Value.StepsMax!.Value, StringComparer.Ordinal));

    /// <summary>Each field is called like its kind.</summary>
    private static ImmutableDictionary<StepKind, int> OfKinds(KindLimitsConfig kinds)
    {
        var given = FieldWalker.Walk(kinds, "").Where(field => !field.IsDefault).ToDictionary(field => field.Path, field => int.Parse(field.Json, CultureInfo.InvariantCulture), StringComparer.Ordinal);
        return StepKinds.All.Where(kind => given.ContainsKey(kind.Word())).ToImmutableDictionary(kind => kind, kind => given[kind.Word()]);
    }
}
