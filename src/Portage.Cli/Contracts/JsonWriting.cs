using System.Text.Json;
using Portage.Model.Steps;

namespace Portage.Cli.Contracts;

/// <summary>What shapes have in common.</summary>
internal static class JsonWriting
{
    /// <summary>The word of a value, as programs read it: <c>inProgress</c>.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>A number, or null.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A rate or a duration, rounded to what anybody can use; or null.</summary>
    public static void WriteRoundedOrNull(this Utf8JsonWriter json, string name, double? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, Math.Round(value, 1));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>Whole seconds, never fewer than there are; or null.</summary>
    public static void WriteSecondsOrNull(this Utf8JsonWriter json, string name, TimeSpan? time) =>
        json.WriteNumberOrNull(name, time is { } known ? (long)Math.Ceiling(known.TotalSeconds) : null);

    /// <summary>A time, or null.</summary>
    public static void WriteTimeOrNull(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteString(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>A digest in full, or null.</summary>
    public static void WriteDigestOrNull(this Utf8JsonWriter json, string name, Fingerprint? digest) => json.WriteString(name, digest?.Hex);

    /// <summary>A list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Numbers by name.</summary>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, long>> numbers)
    {
        json.WriteStartObject(name);
        foreach (var (key, number) in numbers)
        {
            json.WriteNumber(key, number);
        }

        json.WriteEndObject();
    }

    /// <summary>A list of objects.</summary>
    /// <param name="write">Writes the fields of one.</param>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
