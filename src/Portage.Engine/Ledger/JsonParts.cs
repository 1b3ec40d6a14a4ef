using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Ledger;

/// <summary>What reading by hand is made of. Each method begins at the first token of its value and ends at the last.</summary>
internal static class JsonParts
{
    // The same few names come thousands of times. Shared by threads without a lock: each slot is read once, and checked after that.
    private static readonly string?[] Names = new string?[256];

    // Likewise. Enough for the steps of a large home; where two of them share a slot, they are made anew by turns.
    private static readonly StepAddress?[] Addresses = new StepAddress?[16 * 1_024];

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

    /// <summary>A name, of a field or of an event: mostly without making a string.</summary>
    public static string NameOf(ref Utf8JsonReader json)
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

    /// <summary>An address: mostly one that was read before, because each step has many events.</summary>
    public static StepAddress Address(ref Utf8JsonReader json)
    {
        ref var slot = ref KnownTexts.Slot(Addresses, json.ValueSpan);
        if (Volatile.Read(ref slot) is { } known && json.TokenType == JsonTokenType.String && json.ValueTextEquals(known.ToString()))
        {
            return known;
        }

        var address = StepAddress.TryParse(json.GetString() ?? "", out var read) ? read : throw new JsonException("Not a step address.");
        Volatile.Write(ref slot, address);
        return address;
    }

    public static Fingerprint Digest(ref Utf8JsonReader json) => json is { TokenType: JsonTokenType.String, HasValueSequence: false, ValueIsEscaped: false } ? new(json.ValueSpan) : new(json.GetString() ?? "");

    public static string Text(ref Utf8JsonReader json) => KnownTexts.Of(ref json) ?? throw new JsonException("A line is null.");

    public static ImmutableArray<T> List<T>(ref Utf8JsonReader json, ReadOne<T> readOne)
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

    /// <summary>Passes over a value, and keeps its text for <see cref="ReadKept"/>.</summary>
    /// <param name="text">What the reader reads, whole.</param>
    public static byte[] Later(ref Utf8JsonReader json, JsonTokenType expected, ReadOnlySpan<byte> text)
    {
        Begin(ref json, expected);
        var begin = (int)json.TokenStartIndex;
        json.Skip();
        return text[begin..(int)json.BytesConsumed].ToArray();
    }

    /// <summary>Reads a value whose text was kept.</summary>
    /// <exception cref="LedgerUnusableException">It cannot be read.</exception>
    public static T ReadKept<T>(byte[]? text, ReadOne<T> readOne)
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

    /// <summary>A field that its object cannot be without.</summary>
    public static T Needed<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : class => value ?? throw Missing(name);

    /// <inheritdoc cref="Needed{T}(T?, string)"/>
    public static T Needed<T>(T? value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct => value ?? throw Missing(name);

    public static JsonException Unknown(string name, string? word) => new($"There is no '{word}' for '{name}' in this release.");

    private static JsonException Missing(string name) => new($"There is no field '{name}' where an event needs it.");
}

/// <summary>Reads one value.</summary>
internal delegate T ReadOne<out T>(ref Utf8JsonReader json);
