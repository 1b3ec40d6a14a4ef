using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>What a step leaves to later ones.</summary>
/// <param name="Parts">Digests, by which later steps know whether anything that concerns them changed.</param>
/// <param name="Data">JSON object for the later steps; its shape is the step kind's own.</param>
public sealed record StepOutputs(ImmutableArray<OutputPart> Parts, string Data)
{
    /// <summary>Items in which the step has nothing of its own: all that it was to make was there already. Null for none, and of earlier builds, which did not tell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Untouched { get; init; }

    /// <summary>Items of which documents came out otherwise since the last report, because they were sent again. Null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? Resent { get; init; }

    /// <summary>True when they say the same.</summary>
    public bool Equals(StepOutputs? other) => ReferenceEquals(this, other)
        || (other is not null && Data == other.Data && Parts.SequenceEqual(other.Parts) && (Untouched ?? []).SequenceEqual(other.Untouched ?? []) && (Resent ?? []).SequenceEqual(other.Resent ?? []));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Parts.Length, Data);

    internal static StepOutputs Read(ref Utf8JsonReader json)
    {
        var (parts, data, untouched, resent) = (ImmutableArray<OutputPart>.Empty, default(string), default(ImmutableArray<string>?), default(ImmutableArray<string>?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "parts": parts = JsonParts.List(ref json, Part); break;
                case "data": data = json.GetString(); break;
                case "untouched": untouched = JsonParts.List(ref json, JsonParts.Text); break;
                case "resent": resent = JsonParts.List(ref json, JsonParts.Text); break;
                default: json.Skip(); break;
            }
        }

        return new(parts, JsonParts.Needed(data)) { Untouched = untouched, Resent = resent };
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
