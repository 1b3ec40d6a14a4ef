using System.Collections.Immutable;
using System.Text.Json;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>What a step leaves to later ones.</summary>
/// <param name="Parts">Digests, by which later steps know whether anything that concerns them changed.</param>
/// <param name="Data">JSON object for the later steps; its shape is the step kind's own.</param>
public sealed record StepOutputs(ImmutableArray<OutputPart> Parts, string Data)
{
    /// <summary>True when they say the same.</summary>
    public bool Equals(StepOutputs? other) => ReferenceEquals(this, other) || (other is not null && Data == other.Data && Parts.SequenceEqual(other.Parts));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Parts.Length, Data);

    internal static StepOutputs Read(ref Utf8JsonReader json)
    {
        var (parts, data) = (ImmutableArray<OutputPart>.Empty, default(string));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "parts": parts = JsonParts.List(ref json, Part); break;
                case "data": data = json.GetString(); break;
                default: json.Skip(); break;
            }
        }

        return new(parts, JsonParts.Needed(data));
    }

    private static OutputPart Part(ref Utf8JsonReader json)
    {
        var (group, called, digest) = (default(string), default(string), default(Fingerprint?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "group": group = KnownTexts.Of(ref json); break;
                case "name": called = KnownTexts.Of(ref json); break;
                case "digest": digest = JsonParts.Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(group), JsonParts.Needed(called, "name"), JsonParts.Needed(digest));
    }
}
