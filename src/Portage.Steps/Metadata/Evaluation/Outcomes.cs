using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What becomes of one object, from what was found out about it. Pure.</summary>
internal static class Outcomes
{
    /// <summary>What becomes of a template or an alias that is ours: these are replaced where they are.</summary>
    public static ObjectOutcome OfOwn(CreatedObject own, MetadataObject wanted, TrialResult tried, JsonObject there)
    {
        if (IsAsMade(own, wanted))
        {
            return new ObjectOutcome.Keep();
        }

        if (tried.Refusal is { } refusal)
        {
            return new ObjectOutcome.Refused(refusal);
        }

        var differences = Differences.Between(wanted.Name.Kind, there, tried.Written!, TargetFacts.None);
        return differences.IsEmpty ? new ObjectOutcome.Keep() : new ObjectOutcome.Update(differences);
    }

    /// <summary>What becomes of what is not ours, or is not there.</summary>
    /// <param name="there">What is there and is not ours; null where nothing is.</param>
    /// <param name="hasReplicas">True when the configuration says how many replicas an index is to have.</param>
    public static ObjectOutcome Of(MetadataObject wanted, TrialResult tried, JsonObject? there, TargetFacts facts, bool hasReplicas)
    {
        if (there is null)
        {
            return tried.Refusal is { } refusal ? new ObjectOutcome.Refused(refusal) : new ObjectOutcome.Create();
        }

        ImmutableArray<string> differences =
        [
            .. tried.Refusal is { } why ? [$"ours cannot be compared: {why}"] : Differences.Between(wanted.Name.Kind, there, tried.Written!, facts),
            .. wanted.Name.Kind == ObjectKind.Index && hasReplicas && IndexChanges.ReplicasDiffer(there, wanted) is { } replicas ? [replicas] : (string[])[],
        ];
        return differences.IsEmpty ? new ObjectOutcome.Keep() : new ObjectOutcome.Differs(differences);
    }

    /// <summary>True when it is wanted as it was made, and nobody has begun to change it since.</summary>
    public static bool IsAsMade(CreatedObject own, MetadataObject wanted) => own.BegunLines.Length == 0 && own.Definition == CanonicalText.Of(wanted.Definition);

    /// <summary>Why there is no way to write it for the target; null where there is one.</summary>
    public static string? Impossible(MetadataObject wanted) =>
        wanted.Findings.Where(finding => finding.Kind == FindingKind.Impossible).Select(finding => finding.Text).ToArray() is { Length: > 0 } why ? string.Join("; ", why) : null;
}
