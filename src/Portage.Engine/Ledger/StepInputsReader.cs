using System.Collections.Immutable;
using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Ledger;

/// <summary>Reads what a step began with.</summary>
internal static class StepInputsReader
{
    /// <param name="text">The whole event: its fields are most of a ledger, and are taken apart only when somebody asks for them.</param>
    public static StepInputs Read(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var (version, parts, consumed, fingerprints) = (0, default(byte[]), ImmutableArray<ConsumedOutput>.Empty, default(StepFingerprints));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "version": version = json.GetInt32(); break;
                case "parts": parts = JsonParts.Later(ref json, JsonTokenType.StartArray, text); break;
                case "consumed": consumed = JsonParts.List(ref json, Consumed); break;
                case "fingerprints": fingerprints = Fingerprints(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(version, () => JsonParts.ReadKept(parts, Parts), consumed, JsonParts.Needed(fingerprints));
    }

    private static ImmutableArray<InputPart> Parts(ref Utf8JsonReader json) => JsonParts.List(ref json, Part);

    private static InputPart Part(ref Utf8JsonReader json)
    {
        var (key, path, value, affects, change, isDefault) = (default(string), default(string), default(string), Affects.Nothing, Change.Free, false);
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "key": key = json.GetString(); break;
                case "path": path = json.GetString(); break;
                case "value": value = json.GetString(); break;
                case "affects": affects = AffectsOf(json.GetString()); break;
                case "change": change = ChangeOf(json.GetString()); break;
                case "isDefault": isDefault = json.GetBoolean(); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(key), JsonParts.Needed(path), JsonParts.Needed(value), affects, change) { IsDefault = isDefault };
    }

    private static ConsumedOutput Consumed(ref Utf8JsonReader json)
    {
        var (upstream, group, digest, items) = (default(StepAddress), default(string), default(Fingerprint?), default(ImmutableArray<StepItem>));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "upstream": upstream = JsonParts.Address(ref json); break;
                case "group": group = KnownTexts.Of(ref json); break;
                case "digest": digest = JsonParts.Digest(ref json); break;
                case "items": items = JsonParts.List(ref json, Item); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(upstream), JsonParts.Needed(group), JsonParts.Needed(digest)) { Items = items };
    }

    private static StepItem Item(ref Utf8JsonReader json)
    {
        var (called, digest) = (default(string), default(Fingerprint?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "name": called = KnownTexts.Of(ref json); break;
                case "digest": digest = JsonParts.Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(called, "name"), JsonParts.Needed(digest));
    }

    private static StepFingerprints Fingerprints(ref Utf8JsonReader json)
    {
        var (result, identity, process) = (default(Fingerprint?), default(Fingerprint?), default(Fingerprint?));
        JsonParts.Begin(ref json, JsonTokenType.StartObject);
        while (JsonParts.NextField(ref json, out var name))
        {
            switch (name)
            {
                case "result": result = JsonParts.Digest(ref json); break;
                case "identity": identity = JsonParts.Digest(ref json); break;
                case "process": process = JsonParts.Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(JsonParts.Needed(result), JsonParts.Needed(identity), JsonParts.Needed(process));
    }

    private static Affects AffectsOf(string? word) => word switch
    {
        nameof(Affects.Nothing) => Affects.Nothing,
        nameof(Affects.Process) => Affects.Process,
        nameof(Affects.Result) => Affects.Result,
        _ => throw JsonParts.Unknown("affects", word),
    };

    private static Change ChangeOf(string? word) => word switch
    {
        nameof(Change.Free) => Change.Free,
        nameof(Change.Never) => Change.Never,
        _ => throw JsonParts.Unknown("change", word),
    };
}
