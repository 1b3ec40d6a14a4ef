using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Fingerprints;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Planning;

/// <summary>What is recorded when every step of a configuration is complete.</summary>
internal static class CarriedOut
{
    /// <summary>What every snapshot holds.</summary>
    public static readonly string[] Indices = ["comments", "posts", "users"];

    public static Dictionary<StepAddress, RecordedStep> Of(MigrationConfig config, Func<string, string>? content = null)
    {
        var recorded = new Dictionary<StepAddress, RecordedStep>();
        foreach (var step in StepCatalog.Planner.Wanted(config))
        {
            var consumed = step.Edges.Where(edge => edge.Group is not null).Select(edge => Fingerprinting.Consume(edge, recorded[edge.Upstream].Outputs));
            recorded[step.Address] = new(step.Address, RecordedState.Complete, Fingerprinting.Of(step, [.. consumed]), Outputs(step.Address, content ?? (static _ => "as it was")), "complete") { EffectsSince = recorded.Count + 1 };
        }

        return recorded;
    }

    /// <summary>What a step leaves, given what the documents of each index are.</summary>
    public static ImmutableArray<OutputPart> Outputs(StepAddress step, Func<string, string> content) => step.Kind == StepKind.Snapshot
        ?
        [
            new(SnapshotOutputs.Templates, SnapshotOutputs.AllTemplates, Fingerprint.Of("templates")),
            .. Indices.Select(index => new OutputPart(SnapshotOutputs.Definitions, index, Fingerprint.Of($"definition of {index}"))),
            .. Indices.Select(index => new OutputPart(SnapshotOutputs.Documents, index, Fingerprint.Of($"{index} {content(index)}"))),
        ]
        : [];
}
