using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Engine.Ledger;
using Portage.Model.Steps;

namespace Portage.Steps.Validate;

/// <summary>What later steps may read of a comparison.</summary>
/// <param name="Checked">Documents compared.</param>
/// <param name="Missing">Documents that are not on the target; where they were only counted, by how many there are fewer.</param>
/// <param name="Differing">Documents with another content.</param>
/// <param name="Extra">Documents of the target that the snapshot lacks; where they were only counted, by how many there are more.</param>
/// <param name="Findings">The file that names them.</param>
public sealed record ValidateOutputs(long Checked, long Missing, long Differing, long Extra, string Findings)
{
    /// <summary>The group of the only part.</summary>
    public const string Compared = "compared";

    /// <summary>Documents of which nothing can be said.</summary>
    public long NotCompared { get; init; }

    internal StepOutputs Write()
    {
        var data = JsonSerializer.Serialize(this, ValidateJson.Default.ValidateOutputs);
        return new([new(Compared, "all", Fingerprint.Of($"{Checked} {Missing} {Differing} {Extra}{(NotCompared > 0 ? $" {NotCompared}" : "")}"))], data);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ValidateOutputs))]
internal sealed partial class ValidateJson : JsonSerializerContext;
