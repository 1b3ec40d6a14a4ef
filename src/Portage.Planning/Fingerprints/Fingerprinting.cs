using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Model.Clusters;
using Portage.Model.Steps;

namespace Portage.Planning.Fingerprints;

/// <summary>
/// Which inputs count for which fingerprint, and how they are hashed: SHA-256 over canonical JSON with sorted keys, without the
/// fields that hold their defaults.
/// </summary>
public static class Fingerprinting
{
    // Raised only when the hashed form itself changes. Stored keys of an older form then equal none, and the fields decide
    // (InputDifferences.HaveSameResult), so that nothing reruns. 1 hashed defaults too.
    private const int FormatVersion = 2;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>The inputs of a step and their fingerprints.</summary>
    /// <param name="wanted">The step.</param>
    /// <param name="consumed">What it takes from earlier steps.</param>
    public static StepInputs Of(WantedStep wanted, ImmutableArray<ConsumedOutput> consumed)
    {
        var parts = InOrder(wanted.Inputs);
        var result = Hash(wanted, parts, Affects.Result, consumed, address: null);
        var identity = Hash(wanted, parts, Affects.Result, consumed, wanted.Address);
        var process = Hash(wanted, parts, Affects.Process, [], address: null);
        return new(wanted.Version, parts, consumed, new(result, identity, process));
    }

    /// <summary>True when the fields that something was begun with are hashed as those wanted now; what it consumed is not looked at.</summary>
    internal static bool HaveSameParts(StepInputs had, WantedStep wanted)
    {
        var (begun, parts) = (wanted with { Version = had.Version }, InOrder(wanted.Inputs));
        return Hash(begun, parts, Affects.Result, had.Consumed, address: null) == had.Fingerprints.Result
            && Hash(begun, parts, Affects.Process, [], address: null) == had.Fingerprints.Process;
    }

    /// <summary>The digest of the outputs that an edge selects.</summary>
    public static ConsumedOutput Consume(InputEdge edge, ImmutableArray<OutputPart> outputs)
    {
        var include = edge.Include.Select(text => new IndexPattern(text)).ToArray();
        var exclude = edge.Exclude.Select(text => new IndexPattern(text)).ToArray();
        var text = new StringBuilder();
        var items = edge.SelectedBy is null ? null : ImmutableArray.CreateBuilder<StepItem>();
        foreach (var part in OutputIndex.Of(outputs).Select(edge.Group!, include).Where(part => !exclude.Any(pattern => pattern.Matches(part.Name))))
        {
            text.Append(part.Name).Append('\n').Append(part.Digest.Hex).Append('\n');
            items?.Add(new(part.Name, part.Digest));
        }

        return new(edge.Upstream, edge.Group!, Fingerprint.Of(text.ToString())) { Items = items?.DrainToImmutable() ?? default };
    }

    private static ImmutableArray<InputPart> InOrder(ImmutableArray<InputPart> parts)
    {
        for (var i = 1; i < parts.Length; i++)
        {
            if (string.CompareOrdinal(parts[i - 1].Key, parts[i].Key) > 0)
            {
                return parts.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
            }
        }

        return parts;
    }

    /// <param name="parts">By key; only those that affect <paramref name="affects"/> count.</param>
    private static Fingerprint Hash(WantedStep wanted, ImmutableArray<InputPart> parts, Affects affects, ImmutableArray<ConsumedOutput> consumed, StepAddress? address)
    {
        // Kept, because a plan hashes three times a step.
        var buffer = _scratch ??= new ArrayBufferWriter<byte>(4 * 1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            if (address is not null)
            {
                // With '>', as earlier builds wrote addresses: the hash must stay theirs, or their work under way would get other
                // folders and other names on the clusters, and would not be found to be adopted.
                json.WriteString("address", address.ToString().Replace('@', '>'));
            }

            json.WriteStartArray("consumed");
            foreach (var output in consumed.Length < 2 ? consumed : [.. consumed.OrderBy(output => output.Upstream.Kind).ThenBy(output => output.Group, StringComparer.Ordinal)])
            {
                // Not the upstream's address: a rename of a snapshot or a slice is no other input.
                json.WriteStartArray();
                json.WriteStringValue(output.Upstream.Kind.Word());
                json.WriteStringValue(output.Group);
                json.WriteStringValue(output.Digest.Hex);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteNumber("format", FormatVersion);
            json.WriteString("kind", wanted.Address.Kind.Word());
            json.WriteStartObject("parts");
            foreach (var part in parts)
            {
                if (part.Affects == affects && !part.IsDefault)
                {
                    json.WritePropertyName(part.Key);
                    json.WriteRawValue(part.Value, skipInputValidation: true);
                }
            }

            json.WriteEndObject();
            json.WriteNumber("version", wanted.Version);
            json.WriteEndObject();
        }

        return Fingerprint.Of(buffer.WrittenSpan);
    }
}
