using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Steps.Metadata;

/// <summary>What later steps may read of metadata.</summary>
/// <param name="Created">What Portage made on the target, in the order in which it did: <c>index logs</c>, <c>alias errors of logs</c>.</param>
/// <param name="Kept">What was there already just as wanted.</param>
/// <param name="Left">What was there already and differs, and was left as it is.</param>
/// <param name="Dropped">What the target cannot have, one sentence each.</param>
public sealed record MetadataOutputs(ImmutableArray<string> Created, ImmutableArray<string> Kept, ImmutableArray<string> Left, ImmutableArray<string> Dropped)
{
    /// <summary>Digests of what the target's indices were made of; one part an index.</summary>
    public const string Indices = "indices";

    internal StepOutputs With(ImmutableArray<OutputPart> parts) => new(parts, JsonSerializer.Serialize(this, MetadataJson.Default.MetadataOutputs));

    internal static MetadataOutputs? Find(IReadOnlyDictionary<StepAddress, StepOutputs> outputs, StepAddress metadata) =>
        outputs.TryGetValue(metadata, out var found) ? JsonSerializer.Deserialize(found.Data, MetadataJson.Default.MetadataOutputs) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MetadataOutputs))]
internal sealed partial class MetadataJson : JsonSerializerContext;
