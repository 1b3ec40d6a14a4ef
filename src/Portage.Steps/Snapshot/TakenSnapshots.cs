using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Steps;

namespace Portage.Steps.Snapshot;

/// <summary>
/// The snapshots that a step has taken, oldest first, in <c>taken.json</c>; each is written down before it is begun. One that was taken before
/// stays when another is taken: what was copied from it may have to be taken back, and only it tells which documents that are.
/// </summary>
internal sealed record TakenSnapshots(ImmutableArray<TakenSnapshot> Snapshots)
{
    private const string FileName = "taken.json";

    /// <summary>What is written down; of a build that wrote nothing down, the one that it took.</summary>
    /// <param name="earlier">What such a build called it; null where it cannot have taken one.</param>
    public static async Task<TakenSnapshots> ReadAsync(IStepFiles files, string? earlier, CancellationToken cancellationToken) =>
        await files.ReadAsync(FileName, cancellationToken) is { } text
            ? JsonSerializer.Deserialize(text, TakenJson.Default.TakenSnapshots)!
            : new(earlier is null ? [] : [new(earlier, null)]);

    /// <summary>
    /// The snapshot that a run goes on with, or begins: another one where the last was for another purpose, or is known to later steps already.
    /// </summary>
    /// <param name="first">What the first is called.</param>
    /// <param name="recorded">What the step left before; null for nothing.</param>
    public async Task<string> CurrentAsync(IStepFiles files, string first, Fingerprint purpose, SnapshotOutputs? recorded, CancellationToken cancellationToken)
    {
        if (!Snapshots.IsEmpty && Snapshots[^1] is var last && last.Name != recorded?.Name && (last.For is null || last.For == purpose.Hex))
        {
            return last.Name;
        }

        var name = Snapshots.IsEmpty ? first : $"{first}-{Snapshots.Length + 1}";
        var more = this with { Snapshots = Snapshots.Add(new(name, purpose.Hex)) };
        await files.WriteAsync(FileName, JsonSerializer.SerializeToUtf8Bytes(more, TakenJson.Default.TakenSnapshots), cancellationToken);
        return name;
    }

    /// <summary>Forgets all of them.</summary>
    public static ValueTask ForgetAsync(IStepFiles files, CancellationToken cancellationToken) => files.DeleteAsync(FileName, cancellationToken);
}

/// <summary>One of them.</summary>
/// <param name="For">What decided about it, as the digest of the run's result; null of earlier builds.</param>
internal sealed record TakenSnapshot(string Name, string? For);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TakenSnapshots))]
internal sealed partial class TakenJson : JsonSerializerContext;
