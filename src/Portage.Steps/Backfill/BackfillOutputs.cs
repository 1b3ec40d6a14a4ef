using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Steps.Backfill;

/// <summary>What later steps may read of a backfill.</summary>
/// <param name="Accepted">Documents that are on each target index.</param>
/// <param name="RejectedCount">Documents that the target, or Portage, refused.</param>
/// <param name="Findings">The file that keeps the refused ones of all indices, as an earlier build wrote it; empty otherwise.</param>
public sealed record BackfillOutputs(ImmutableSortedDictionary<string, long> Accepted, long RejectedCount, string Findings)
{
    /// <summary>The files that keep the refused ones, by index of the snapshot; those that have none are left out. Null of earlier builds.</summary>
    public ImmutableSortedDictionary<string, string>? FindingsByIndex { get; init; }

    /// <summary>The file that has the refused ones of an index of the snapshot, perhaps with those of others; null where none were.</summary>
    internal string? FindingsOf(string index) => FindingsByIndex is { } files ? files.GetValueOrDefault(index) : Findings.Length > 0 ? Findings : null;

    /// <summary>Digests of what was written; one part a target index.</summary>
    public const string Written = "written";

    internal StepOutputs With(ImmutableArray<OutputPart> parts) => new(parts, JsonSerializer.Serialize(this, BackfillJson.Default.BackfillOutputs));

    internal static BackfillOutputs? Find(IReadOnlyDictionary<StepAddress, StepOutputs> outputs, StepAddress backfill) =>
        outputs.TryGetValue(backfill, out var found) ? JsonSerializer.Deserialize(found.Data, BackfillJson.Default.BackfillOutputs) : null;
}
