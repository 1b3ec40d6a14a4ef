using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Steps.Backfill;

/// <summary>What later steps may read of a backfill.</summary>
/// <param name="Accepted">Documents that are on each target index.</param>
/// <param name="RejectedCount">Documents that the target, or Portage, refused.</param>
/// <param name="Findings">The file that keeps the refused ones.</param>
public sealed record BackfillOutputs(ImmutableSortedDictionary<string, long> Accepted, long RejectedCount, string Findings)
{
    /// <summary>Digests of what was written; one part a target index.</summary>
    public const string Written = "written";

    internal StepOutputs With(ImmutableArray<OutputPart> parts) => new(parts, JsonSerializer.Serialize(this, BackfillJson.Default.BackfillOutputs));

    internal static BackfillOutputs? Find(IReadOnlyDictionary<StepAddress, StepOutputs> outputs, StepAddress backfill) =>
        outputs.TryGetValue(backfill, out var found) ? JsonSerializer.Deserialize(found.Data, BackfillJson.Default.BackfillOutputs) : null;
}

/// <summary>What was on the target before the first document was written: what a revert may count on.</summary>
internal sealed record BackfillBefore(ImmutableSortedDictionary<string, long> Documents);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackfillOutputs))]
[JsonSerializable(typeof(BackfillBefore))]
internal sealed partial class BackfillJson : JsonSerializerContext;
