using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>What a backfill remembers about one index of the snapshot, beside its journal.</summary>
/// <remarks>
/// <c>before.json</c>: how the target's indices were before the first document; <c>written.json</c>: how they were when the work
/// ended or stopped; <c>emptied.json</c>: what is made again of indices that are being emptied; <c>pipelines.json</c>: the final pipelines
/// that are set aside while documents are sent.
/// </remarks>
internal sealed class BackfillNotes(IStepFiles files)
{
    private const string WrittenName = "written.json";
    private const string EmptiedName = "emptied.json";
    private const string PipelinesName = "pipelines.json";

    /// <summary>Where it lies, for people.</summary>
    public string Location => files.Location;

    /// <summary>How the target was before; null when nothing was written yet.</summary>
    public async Task<BackfillBefore?> BeforeAsync(CancellationToken cancellationToken) =>
        await files.ReadAsync(EarlierLayout.BeforeName, cancellationToken) is { } text ? JsonSerializer.Deserialize(text, BackfillJson.Default.BackfillBefore) : null;

    public ValueTask WriteBeforeAsync(BackfillBefore before, CancellationToken cancellationToken) =>
        files.WriteAsync(EarlierLayout.BeforeName, JsonSerializer.SerializeToUtf8Bytes(before, BackfillJson.Default.BackfillBefore), cancellationToken);

    /// <summary>How the target was when the work last ended or stopped; null when it never did.</summary>
    public async Task<BackfillWritten?> WrittenAsync(CancellationToken cancellationToken) =>
        await files.ReadAsync(WrittenName, cancellationToken) is { } text ? JsonSerializer.Deserialize(text, BackfillJson.Default.BackfillWritten) : null;

    public ValueTask WriteWrittenAsync(BackfillWritten written, CancellationToken cancellationToken) =>
        files.WriteAsync(WrittenName, JsonSerializer.SerializeToUtf8Bytes(written, BackfillJson.Default.BackfillWritten), cancellationToken);

    /// <summary>What is being emptied; null when nothing is.</summary>
    public async Task<EmptiedIndices?> EmptiedAsync(CancellationToken cancellationToken) =>
        await files.ReadAsync(EmptiedName, cancellationToken) is { } text ? JsonSerializer.Deserialize(text, BackfillJson.Default.EmptiedIndices) : null;

    public ValueTask WriteEmptiedAsync(EmptiedIndices emptied, CancellationToken cancellationToken) =>
        files.WriteAsync(EmptiedName, JsonSerializer.SerializeToUtf8Bytes(emptied, BackfillJson.Default.EmptiedIndices), cancellationToken);

    /// <summary>The final pipelines that the target indices had, by index; empty where none had one.</summary>
    public async Task<ImmutableSortedDictionary<string, FinalPipeline>> FinalPipelinesAsync(CancellationToken cancellationToken) =>
        await files.ReadAsync(PipelinesName, cancellationToken) is { } text
            ? JsonSerializer.Deserialize(text, BackfillJson.Default.ImmutableSortedDictionaryStringFinalPipeline)!.WithComparers(StringComparer.Ordinal)
            : ImmutableSortedDictionary.Create<string, FinalPipeline>(StringComparer.Ordinal);

    public ValueTask WriteFinalPipelinesAsync(ImmutableSortedDictionary<string, FinalPipeline> pipelines, CancellationToken cancellationToken) =>
        files.WriteAsync(PipelinesName, JsonSerializer.SerializeToUtf8Bytes(pipelines, BackfillJson.Default.ImmutableSortedDictionaryStringFinalPipeline), cancellationToken);
}

/// <summary>What was on the target before the first document was written: what a revert may count on.</summary>
/// <param name="Documents">How many documents each target index had.</param>
internal sealed record BackfillBefore(ImmutableSortedDictionary<string, long> Documents)
{
    /// <summary>The uuid of the snapshot that is copied from; null of earlier builds.</summary>
    public string? Snapshot { get; init; }

    /// <summary>True where documents are written over what is there: then a document may be ours that was written more than once. Null of earlier builds.</summary>
    public bool? Overwrites { get; init; }

    /// <summary>More about them; null of earlier builds.</summary>
    public ImmutableSortedDictionary<string, IndexMark>? Marks { get; init; }

    /// <summary>How a target index was; what is not known of it is null.</summary>
    public IndexMark Of(string target) => Marks?.GetValueOrDefault(target) ?? new(null, Documents.GetValueOrDefault(target), null);
}

/// <summary>What was on the target when the work ended or stopped.</summary>
/// <param name="Count">How many documents we had written until then.</param>
/// <param name="MayRepeat">
/// True when a document may have been written twice, where documents are written over what is there: earlier builds did not look first, and what an
/// index without sources has cannot be looked at.
/// </param>
internal sealed record BackfillWritten(long Count, bool MayRepeat, ImmutableSortedDictionary<string, IndexMark> Marks);

/// <summary>Indices that are being emptied, by name.</summary>
internal sealed record EmptiedIndices(ImmutableSortedDictionary<string, EmptiedDefinition> Indices);

/// <summary>An index as it is made again.</summary>
/// <param name="Uuid">Of the index that is to be deleted: one of the name with another is made already.</param>
/// <param name="Definition">JSON, as it is sent.</param>
/// <param name="Mark">How it was when it was found to hold nothing but ours; null of earlier builds.</param>
internal sealed record EmptiedDefinition(string Uuid, string Definition, IndexMark? Mark);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BackfillOutputs))]
[JsonSerializable(typeof(BackfillBefore))]
[JsonSerializable(typeof(BackfillWritten))]
[JsonSerializable(typeof(EmptiedIndices))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, FinalPipeline>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class BackfillJson : JsonSerializerContext;
