using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Ledger;

/// <summary>Reads what events consist of. Each method begins at the first token of its value and ends at the last.</summary>
internal static class EventParts
{
    // The same few names come thousands of times. Shared by threads without a lock: each slot is read once, and checked after that.
    private static readonly string?[] Names = new string?[256];

    public static void Begin(ref Utf8JsonReader json, JsonTokenType expected)
    {
        if (json.TokenType != expected)
        {
            throw new JsonException($"Expected {expected}, found {json.TokenType}.");
        }
    }

    /// <summary>Moves to the value of the next field of an object; false at its end.</summary>
    public static bool NextField(ref Utf8JsonReader json, [NotNullWhen(true)] out string? name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.PropertyName)
        {
            name = null;
            return false;
        }

        name = NameOf(ref json);
        json.Read();
        return true;
    }

    private static string NameOf(ref Utf8JsonReader json)
    {
        var text = json.ValueSpan;
        ref var slot = ref Names[text.Length == 0 ? 0 : ((text.Length * 31) + (text[0] * 7) + text[^1]) % Names.Length];
        if (Volatile.Read(ref slot) is { } known && json.ValueTextEquals(known))
        {
            return known;
        }

        var name = json.GetString()!;
        Volatile.Write(ref slot, name);
        return name;
    }

    public static StepAddress Address(ref Utf8JsonReader json) =>
        StepAddress.TryParse(json.GetString() ?? "", out var address) ? address : throw new JsonException("Not a step address.");

    public static Fingerprint Digest(ref Utf8JsonReader json) => new(json.GetString() ?? "");

    /// <param name="text">The whole event: its fields are most of a ledger, and are taken apart only when somebody asks for them.</param>
    public static StepInputs Inputs(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var (version, parts, consumed, fingerprints) = (0, default(byte[]), ImmutableArray<ConsumedOutput>.Empty, default(StepFingerprints));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "version": version = json.GetInt32(); break;
                case "parts": parts = Later(ref json, JsonTokenType.StartArray, text); break;
                case "consumed": consumed = List(ref json, Consumed); break;
                case "fingerprints": fingerprints = Fingerprints(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(version, () => Read(parts, Parts), consumed, fingerprints ?? throw Missing("fingerprints"));
    }

    private static ImmutableArray<InputPart> Parts(ref Utf8JsonReader json) => List(ref json, Part);

    /// <summary>Passes over a value, and keeps its text.</summary>
    private static byte[] Later(ref Utf8JsonReader json, JsonTokenType expected, ReadOnlySpan<byte> text)
    {
        Begin(ref json, expected);
        var begin = (int)json.TokenStartIndex;
        json.Skip();
        return text[begin..(int)json.BytesConsumed].ToArray();
    }

    private static T Read<T>(byte[]? text, ReadOne<T> readOne)
    {
        try
        {
            var json = new Utf8JsonReader(text ?? throw Missing("parts or numbers"));
            json.Read();
            return readOne(ref json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LedgerUnusableException($"A part of an event cannot be read: {e.Message}", isNewer: false, e);
        }
    }

    /// <param name="text">The whole event, of which the numbers are taken apart only when somebody asks for them.</param>
    public static StepReport Report(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var (numbers, lines, destroys) = (default(byte[]), ImmutableArray<string>.Empty, ImmutableArray<Destruction>.Empty);
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "numbers": numbers = Later(ref json, JsonTokenType.StartObject, text); break;
                case "lines": lines = List(ref json, Text); break;
                case "destroys": destroys = List(ref json, Destroyed); break;
                default: json.Skip(); break;
            }
        }

        return new(() => Read(numbers, Numbers), lines) { Destroys = destroys };
    }

    private static Destruction Destroyed(ref Utf8JsonReader json)
    {
        var (kind, target, called, item) = (default(DestructionKind?), default(string), default(string), default(string));
        var (documents, bytes, foreign) = (default(long?), default(long?), default(long?));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "kind": kind = Enum.TryParse<DestructionKind>(json.GetString(), out var found) ? found : throw Unknown("kind", json.GetString()); break;
                case "target": target = json.GetString(); break;
                case "name": called = json.GetString(); break;
                case "item": item = json.GetString(); break;
                case "documents": documents = Number(ref json); break;
                case "bytes": bytes = Number(ref json); break;
                case "foreign": foreign = Number(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(kind ?? throw Missing("kind"), target ?? throw Missing("target"), called ?? throw Missing("name"), documents, bytes, foreign) { Item = item };
    }

    private static long? Number(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null ? null : json.GetInt64();

    private static StepItem Item(ref Utf8JsonReader json)
    {
        var (called, digest) = (default(string), default(Fingerprint?));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "name": called = json.GetString(); break;
                case "digest": digest = Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(called ?? throw Missing("name"), digest ?? throw Missing("digest"));
    }

    private static ImmutableSortedDictionary<string, long> Numbers(ref Utf8JsonReader json)
    {
        var numbers = ImmutableSortedDictionary.CreateBuilder<string, long>();
        while (NextField(ref json, out var name))
        {
            numbers[name] = json.GetInt64();
        }

        return numbers.ToImmutable();
    }

    public static StepOutputs Outputs(ref Utf8JsonReader json)
    {
        var (parts, data) = (ImmutableArray<OutputPart>.Empty, default(string));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "parts": parts = List(ref json, Output); break;
                case "data": data = json.GetString(); break;
                default: json.Skip(); break;
            }
        }

        return new(parts, data ?? throw Missing("data"));
    }

    public static WorkloadHandle Workload(ref Utf8JsonReader json)
    {
        var (kind, id, token, identity) = (default(string), default(string), 0L, default(Fingerprint?));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "kind": kind = json.GetString(); break;
                case "id": id = json.GetString(); break;
                case "token": token = json.GetInt64(); break;
                case "identity": identity = Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(kind ?? throw Missing("kind"), id ?? throw Missing("id"), token, identity ?? throw Missing("identity"));
    }

    public static Diagnostic Because(ref Utf8JsonReader json)
    {
        var (code, severity, path, summary, detail) = (default(string), Severity.Note, default(string), default(string), default(string));
        var (file, at, didYouMean, command) = (default(string), default(TextPosition?), default(string), default(string));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "code": code = json.GetString(); break;
                case "severity": severity = SeverityOf(json.GetString()); break;
                case "path": path = json.GetString(); break;
                case "summary": summary = json.GetString(); break;
                case "detail": detail = json.GetString(); break;
                case "file": file = json.GetString(); break;
                case "at" when json.TokenType != JsonTokenType.Null: at = Position(ref json); break;
                case "didYouMean": didYouMean = json.GetString(); break;
                case "command": command = json.GetString(); break;
                default: json.Skip(); break;
            }
        }

        return new(code ?? throw Missing("code"), severity, path, summary ?? throw Missing("summary"), detail ?? throw Missing("detail"))
        {
            File = file,
            At = at,
            DidYouMean = didYouMean,
            Command = command,
        };
    }

    public static ImmutableSortedDictionary<string, string> TextsByName(ref Utf8JsonReader json)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        Begin(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            texts[name] = json.GetString() ?? throw new JsonException("A text is null.");
        }

        return texts.ToImmutable();
    }

    public static ImmutableArray<string> Texts(ref Utf8JsonReader json) => List(ref json, Text);

    private static string Text(ref Utf8JsonReader json) => json.GetString() ?? throw new JsonException("A line is null.");

    private static InputPart Part(ref Utf8JsonReader json)
    {
        var (key, path, value, affects, change, isDefault) = (default(string), default(string), default(string), Affects.Nothing, Change.Free, false);
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
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

        return new(key ?? throw Missing("key"), path ?? throw Missing("path"), value ?? throw Missing("value"), affects, change) { IsDefault = isDefault };
    }

    private static ConsumedOutput Consumed(ref Utf8JsonReader json)
    {
        var (upstream, group, digest, items) = (default(StepAddress), default(string), default(Fingerprint?), default(ImmutableArray<StepItem>));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "upstream": upstream = Address(ref json); break;
                case "group": group = json.GetString(); break;
                case "digest": digest = Digest(ref json); break;
                case "items": items = List(ref json, Item); break;
                default: json.Skip(); break;
            }
        }

        return new(upstream ?? throw Missing("upstream"), group ?? throw Missing("group"), digest ?? throw Missing("digest")) { Items = items };
    }

    private static OutputPart Output(ref Utf8JsonReader json)
    {
        var (group, called, digest) = (default(string), default(string), default(Fingerprint?));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "group": group = json.GetString(); break;
                case "name": called = json.GetString(); break;
                case "digest": digest = Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(group ?? throw Missing("group"), called ?? throw Missing("name"), digest ?? throw Missing("digest"));
    }

    private static StepFingerprints Fingerprints(ref Utf8JsonReader json)
    {
        var (result, identity, process) = (default(Fingerprint?), default(Fingerprint?), default(Fingerprint?));
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "result": result = Digest(ref json); break;
                case "identity": identity = Digest(ref json); break;
                case "process": process = Digest(ref json); break;
                default: json.Skip(); break;
            }
        }

        return new(result ?? throw Missing("result"), identity ?? throw Missing("identity"), process ?? throw Missing("process"));
    }

    private static TextPosition Position(ref Utf8JsonReader json)
    {
        var (line, column) = (0, 0);
        Begin(ref json, JsonTokenType.StartObject);
        while (NextField(ref json, out var name))
        {
            switch (name)
            {
                case "line": line = json.GetInt32(); break;
                case "column": column = json.GetInt32(); break;
                default: json.Skip(); break;
            }
        }

        return new(line, column);
    }

    private delegate T ReadOne<out T>(ref Utf8JsonReader json);

    private static ImmutableArray<T> List<T>(ref Utf8JsonReader json, ReadOne<T> readOne)
        where T : class
    {
        Begin(ref json, JsonTokenType.StartArray);
        var list = ImmutableArray.CreateBuilder<T>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            list.Add(readOne(ref json));
        }

        return list.DrainToImmutable();
    }

    private static Affects AffectsOf(string? word) => word switch
    {
        nameof(Affects.Nothing) => Affects.Nothing,
        nameof(Affects.Process) => Affects.Process,
        nameof(Affects.Result) => Affects.Result,
        _ => throw Unknown("affects", word),
    };

    private static Change ChangeOf(string? word) => word switch
    {
        nameof(Change.Free) => Change.Free,
        nameof(Change.Gated) => Change.Gated,
        nameof(Change.Never) => Change.Never,
        _ => throw Unknown("change", word),
    };

    private static Severity SeverityOf(string? word) => word switch
    {
        nameof(Severity.Note) => Severity.Note,
        nameof(Severity.Warning) => Severity.Warning,
        nameof(Severity.Error) => Severity.Error,
        _ => throw Unknown("severity", word),
    };

    private static JsonException Missing(string name) => new($"There is no field '{name}' where an event needs it.");

    private static JsonException Unknown(string name, string? word) => new($"There is no '{word}' for '{name}' in this release.");
}
