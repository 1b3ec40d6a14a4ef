using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Mappings;

/// <summary>Whether a value can go into a field of a type, with the real server's reason where it cannot.</summary>
internal static class FieldValues
{
    // Lucene's IndexWriter.MAX_TERM_LENGTH.
    private const int TermBytesMax = 32_766;
    private static readonly (BigInteger Min, BigInteger Max) Long = (long.MinValue, long.MaxValue);

    /// <summary>The reason the value is refused; null where it fits.</summary>
    public static ApiException? Refusal(FieldMapping field, JsonElement value, bool coerces)
    {
        if (FieldTypes.IsWholeNumber(field.Type) || field.Type == "unsigned_long")
        {
            return WholeNumber(field.Type, value, coerces);
        }

        if (FieldTypes.IsFraction(field.Type))
        {
            return Fraction(field.Type, value, coerces);
        }

        if (FieldTypes.IsDate(field.Type))
        {
            return Date(field, value);
        }

        return field.Type switch
        {
            "boolean" => Boolean(value),
            "ip" => Ip(value),
            "binary" => Binary(value),
            "keyword" => Keyword(field, value),
            _ when FieldTypes.IsText(field.Type) || field.Type is "wildcard" => NotText(value),
            _ => null,
        };
    }

    /// <summary>The value as text, as a field of text takes it.</summary>
    public static string TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static ApiException? WholeNumber(string type, JsonElement value, bool coerces)
    {
        if (NotNumeric(value) is { } refusal)
        {
            return refusal;
        }

        var text = TextOf(value);
        if (value.ValueKind == JsonValueKind.String && text.Length == 0)
        {
            return coerces ? null : Illegal("Cannot parse an empty string");
        }

        if (value.ValueKind == JsonValueKind.String && !coerces)
        {
            return Illegal($"{char.ToUpperInvariant(type[0])}{type[1..]} value passed as String");
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                ? OutOfRange(type, value, text)
                : Illegal($"For input string: \"{text}\"");
        }

        var (min, max) = type switch
        {
            "long" => Long,
            "integer" => (int.MinValue, int.MaxValue),
            "short" => (short.MinValue, short.MaxValue),
            "byte" => (sbyte.MinValue, sbyte.MaxValue),
            _ => (BigInteger.Zero, ulong.MaxValue),
        };
        var whole = new BigInteger(decimal.Truncate(number));
        return whole < min || whole > max ? OutOfRange(type, value, text)
            : !coerces && number != decimal.Truncate(number) ? Illegal($"{text} cannot be converted to {char.ToUpperInvariant(type[0])}{type[1..]} without data loss")
            : null;
    }

    private static ApiException OutOfRange(string type, JsonElement value, string text)
    {
        if (value.ValueKind == JsonValueKind.String || type is "unsigned_long" or "byte")
        {
            return Illegal($"Value [{text}] is out of range for {(type == "integer" ? "an" : "a")}{(type == "unsigned_long" ? "n unsigned long" : $" {type}")}");
        }

        return type switch
        {
            "integer" => new(400, "input_coercion_exception", $"Numeric value ({text}) out of range of int (-2147483648 - 2147483647)"),
            "long" => new(400, "input_coercion_exception", $"Numeric value ({text}) out of range of long (-9223372036854775808 - 9223372036854775807)"),
            _ => Illegal($"Value [{text}] is out of range for a {type}"),
        };
    }

    private static ApiException? Fraction(string type, JsonElement value, bool coerces)
    {
        if (NotNumeric(value) is { } refusal)
        {
            return refusal;
        }

        var text = TextOf(value);
        return value.ValueKind == JsonValueKind.String && text.Length == 0 && coerces ? null
            : !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? new(400, "number_format_exception", $"For input string: \"{text}\"")
            : Narrowed(type, number) is var kept && double.IsFinite(kept) ? null
            : Illegal($"[{type}] supports only finite values, but got [{(double.IsNaN(kept) ? "NaN" : kept > 0 ? "Infinity" : "-Infinity")}]");
    }

    private static double Narrowed(string type, double number) => type switch
    {
        "float" => (float)number,
        "half_float" => (double)(Half)number,
        _ => number,
    };

    private static ApiException? Date(FieldMapping field, JsonElement value)
    {
        if (NotText(value) is { } refusal)
        {
            return refusal;
        }

        var text = TextOf(value);
        var format = field.Text("format") ?? DateFormats.Default;
        return DateFormats.TryParse(text, format, out _) ? null
            : Illegal($"failed to parse date field [{text}] with format [{format}]", new ApiException(400, "date_time_parse_exception", format.Contains("||", StringComparison.Ordinal) ? "Failed to parse with all enclosed parsers" : $"Text '{text}' could not be parsed at index 0"));
    }

    private static ApiException? Boolean(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => null,
        JsonValueKind.String when value.GetString() is "true" or "false" or "" => null,
        JsonValueKind.Object => NotText(value),
        _ => Illegal($"Failed to parse value [{TextOf(value)}] as only [true] or [false] are allowed."),
    };

    private static ApiException? Ip(JsonElement value)
    {
        if (NotText(value) is { } refusal)
        {
            return refusal;
        }

        var text = TextOf(value);
        var isAddress = text.Contains(':', StringComparison.Ordinal)
            ? IPAddress.TryParse(text, out _)
            : text.Split('.') is { Length: 4 } parts && parts.All(part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return isAddress ? null : Illegal($"'{text}' is not an IP string literal.");
    }

    private static ApiException? Binary(JsonElement value) =>
        value.ValueKind != JsonValueKind.String ? NotText(value)
        : Base64.IsValid(value.GetString().AsSpan()) ? null
        : new(400, "json_parse_exception", "Failed to decode VALUE_STRING as base64");

    private static ApiException? Keyword(FieldMapping field, JsonElement value)
    {
        if (NotText(value) is { } refusal)
        {
            return refusal;
        }

        var text = TextOf(value);
        if (field.Parameters["ignore_above"] is not null || text.Length <= TermBytesMax / 4)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes <= TermBytesMax ? null : Illegal($"bytes can be at most {TermBytesMax} in length; got {bytes}");
    }

    private static ApiException? NotNumeric(JsonElement value) => value.ValueKind is JsonValueKind.Number or JsonValueKind.String
        ? null
        : new(400, "json_parse_exception", $"Current token ({Token(value)}) not numeric, can not use numeric value accessors");

    private static ApiException? NotText(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? new(400, "illegal_state_exception", "Can't get text on a START_OBJECT")
        : null;

    private static string Token(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "START_OBJECT",
        JsonValueKind.True => "VALUE_TRUE",
        _ => "VALUE_FALSE",
    };

    private static ApiException Illegal(string reason, ApiException? cause = null) => ApiException.IllegalArgument(reason, cause);
}
