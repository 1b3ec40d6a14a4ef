using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;

namespace Portage.Backends.Embedded;

/// <summary>The controller's troubles in a file of the home, which is there only while there are some.</summary>
/// <param name="home">The home.</param>
public sealed class TroubleFile(Home home) : ITroubleBoard
{
    /// <inheritdoc/>
    public void Post(ImmutableArray<WatchTrouble> troubles)
    {
        try
        {
            if (troubles.IsEmpty)
            {
                File.Delete(home.Troubles);
            }
            else
            {
                DurableFile.Publish(home.Troubles, JsonSerializer.SerializeToUtf8Bytes(troubles.ToArray(), TroubleJson.Default.WatchTroubleArray));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As on a full disk. The log has it, where that can be written.
        }
    }

    /// <summary>What the controller told last; nothing without a controller, whose word it is.</summary>
    /// <param name="controller">The one that is alive; null when none is.</param>
    public ImmutableArray<WatchTrouble> Read(ControllerInfo? controller)
    {
        try
        {
            return controller is not null && DurableFile.Read(home.Troubles) is { Length: > 0 } text
                ? [.. JsonSerializer.Deserialize(text, TroubleJson.Default.WatchTroubleArray) ?? []]
                : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(StepAddressJson)])]
[JsonSerializable(typeof(WatchTrouble[]))]
internal sealed partial class TroubleJson : JsonSerializerContext;
