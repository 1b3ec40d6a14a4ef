using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Steps.Snapshot;

/// <summary>What later steps may read of a snapshot.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Uuid">What its files are called by: a snapshot of the same name taken anew is another one.</param>
/// <param name="SourceVersion">The version that took it, as <c>ES 7.10.2</c>.</param>
/// <param name="IsOurs">True when Portage took it and may delete it.</param>
public sealed record SnapshotOutputs(string Name, string Uuid, string SourceVersion, bool IsOurs)
{
    /// <summary>The indices that could not be read when the step looked; nothing in outputs of earlier builds, whose step failed then.</summary>
    public ImmutableArray<string> Unreadable { get; init; } = [];

    /// <summary>True for one of them; it may have been mended since.</summary>
    public bool WasUnreadable(string index) => !Unreadable.IsDefault && Unreadable.Contains(index, StringComparer.Ordinal);

    /// <summary>Digests of an index's settings, mappings and aliases; one part an index.</summary>
    public const string Definitions = "definitions";

    /// <summary>Digests of an index's files; one part an index.</summary>
    public const string Documents = "documents";

    /// <summary>Digest of all templates; one part, <see cref="AllTemplates"/>.</summary>
    public const string Templates = "templates";

    /// <summary>The name of the only part of <see cref="Templates"/>.</summary>
    public const string AllTemplates = "all";

    internal StepOutputs With(ImmutableArray<OutputPart> parts) => new(parts, JsonSerializer.Serialize(this, SnapshotJson.Default.SnapshotOutputs));

    internal static SnapshotOutputs Of(IReadOnlyDictionary<StepAddress, StepOutputs> outputs, StepAddress snapshot) =>
        JsonSerializer.Deserialize(outputs[snapshot].Data, SnapshotJson.Default.SnapshotOutputs)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SnapshotOutputs))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
