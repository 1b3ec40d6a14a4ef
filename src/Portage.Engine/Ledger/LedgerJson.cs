using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>How events are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(StepAddressJson), typeof(FingerprintJson)])]
[JsonSerializable(typeof(LedgerEvent))]
public sealed partial class LedgerJson : JsonSerializerContext
{
    /// <summary>The text of an event.</summary>
    public static byte[] Write(LedgerEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, Default.LedgerEvent);

    /// <summary>The event of a text.</summary>
    /// <exception cref="JsonException">The text is no event that this release knows.</exception>
    public static LedgerEvent Read(ReadOnlySpan<byte> text)
    {
        try
        {
            return LedgerEventReader.Read(text);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            // What the reader says of a value that is of another type than asked for, or out of its range.
            throw new JsonException(e.Message, e);
        }
    }
}

/// <summary>An address as its text form.</summary>
public sealed class StepAddressJson : JsonConverter<StepAddress>
{
    /// <inheritdoc/>
    public override StepAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        StepAddress.TryParse(reader.GetString() ?? "", out var address) ? address : throw new JsonException("Not a step address.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StepAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A fingerprint as its digits.</summary>
public sealed class FingerprintJson : JsonConverter<Fingerprint>
{
    /// <inheritdoc/>
    public override Fingerprint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Fingerprint value, JsonSerializerOptions options) => writer.WriteStringValue(value.Hex);
}
