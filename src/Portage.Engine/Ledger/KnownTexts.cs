using System.Runtime.InteropServices;
using System.Text.Json;

namespace Portage.Engine.Ledger;

/// <summary>
/// Texts that were read lately, to be had again without being made: a session, a digest or who did something comes in thousands of
/// events, and half of the memory of a large home was copies of them.
/// </summary>
/// <remarks>Shared by threads without a lock: each slot is read once, and what it holds is compared before it is taken.</remarks>
internal static class KnownTexts
{
    // What is longer is hardly said twice.
    private const int LengthMax = 128;

    private static readonly string?[] Texts = new string?[16 * 1_024];

    /// <summary>The text at hand; null for a JSON null.</summary>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    public static string? Of(ref Utf8JsonReader json)
    {
        var text = json.ValueSpan;
        if (json.TokenType != JsonTokenType.String || text.Length > LengthMax)
        {
            return json.GetString();
        }

        ref var slot = ref Slot(Texts, text);
        if (Volatile.Read(ref slot) is { } known && json.ValueTextEquals(known))
        {
            return known;
        }

        var made = json.GetString()!;
        Volatile.Write(ref slot, made);
        return made;
    }

    /// <summary>Where a text is, if it is known.</summary>
    /// <param name="slots">As many as a power of two.</param>
    public static ref T? Slot<T>(T?[] slots, ReadOnlySpan<byte> text)
        where T : class
    {
        // The whole text, eight bytes at a time: names of steps differ in the middle, digests everywhere.
        var hash = (ulong)text.Length;
        while (text.Length >= sizeof(ulong))
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(text)) * 0x9E37_79B9_7F4A_7C15;
            hash ^= hash >> 29;
            text = text[sizeof(ulong)..];
        }

        foreach (var one in text)
        {
            hash = (hash ^ one) * 0x9E37_79B9_7F4A_7C15;
        }

        return ref slots[(hash ^ (hash >> 32)) & (uint)(slots.Length - 1)];
    }
}
