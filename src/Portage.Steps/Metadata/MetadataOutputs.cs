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

    /// <summary>Values of settings that the target did not take, so that the rules put others in their place or left them out; null where there are none, and of earlier builds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<RefusedValue>? Refused { get; init; }

    internal StepOutputs With(ImmutableArray<OutputPart> parts) => new(parts, JsonSerializer.Serialize(this, MetadataJson.Default.MetadataOutputs));

    internal static MetadataOutputs? Find(IReadOnlyDictionary<StepAddress, StepOutputs> outputs, StepAddress metadata) =>
        outputs.TryGetValue(metadata, out var found) ? JsonSerializer.Deserialize(found.Data, MetadataJson.Default.MetadataOutputs) : null;
}

/// <summary>A value of a setting that the target does not take.</summary>
/// <param name="Setting">Its whole name, as <c>index.codec</c>.</param>
/// <param name="Value">As text.</param>
/// <param name="Why">The target's words.</param>
public sealed record RefusedValue(string Setting, string Value, string Why);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MetadataOutputs))]
internal sealed partial class MetadataJson : JsonSerializerContext;
