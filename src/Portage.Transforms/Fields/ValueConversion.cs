using System.Globalization;
using System.Numerics;
using System.Text;
using Portage.Transforms.Json;

namespace Portage.Transforms.Fields;

/// <summary>Gives single values another type. Digits are never rounded: what does not fit is refused.</summary>
internal static class ValueConversion
{
    // Elasticsearch before 6 took all of these for booleans.
    private static readonly string[] Truths = ["true", "on", "yes", "1"];
    private static readonly string[] Lies = ["false", "off", "no", "0", ""];

    /// <summary>The value as JSON; null where it stays as it is.</summary>
    /// <exception cref="TransformFailure">It cannot be one.</exception>
    public static byte[]? Convert(SourceNode value, ValueType to) => to switch
    {
        ValueType.String => ToText(value),
        ValueType.Long => ToLong(value),
        ValueType.Double => ToDouble(value),
        ValueType.Boolean => ToBoolean(value),
        ValueType.Date => ToDate(value, 1),
        _ => ToDate(value, 1_000),
    };

    private static byte[]? ToText(SourceNode value) =>
        value.IsText ? null
        : value.IsNumber || value.IsTrue || value.IsFalse ? [(byte)'"', .. value.Raw.Span, (byte)'"']
        : throw Refused(value, "text");

    private static byte[]? ToLong(SourceNode value)
    {
        var text = DigitsOf(value, "whole number");
        if (!TryWhole(text, out var whole) || whole < long.MinValue || whole > long.MaxValue)
        {
            throw Refused(value, "whole number of 64 bits");
        }

        var written = Encoding.UTF8.GetBytes(whole.ToString(CultureInfo.InvariantCulture));
        return value.IsNumber && value.Raw.Span.SequenceEqual(written) ? null : written;
    }

    private static byte[]? ToDouble(SourceNode value) =>
        value.IsNumber ? null
        : IsJsonNumber(DigitsOf(value, "number")) is var isNumber && !isNumber ? throw Refused(value, "number")
        : Encoding.UTF8.GetBytes(value.Text().Trim());

    private static byte[]? ToBoolean(SourceNode value)
    {
        if (value.IsTrue || value.IsFalse)
        {
            return null;
        }

        var text = value.IsText ? value.Text().Trim() : value.IsNumber ? Encoding.UTF8.GetString(value.Raw.Span) : throw Refused(value, "true or false");
        return Truths.Contains(text, StringComparer.OrdinalIgnoreCase) ? "true"u8.ToArray()
            : Lies.Contains(text, StringComparer.OrdinalIgnoreCase) ? "false"u8.ToArray()
            : throw Refused(value, "true or false");
    }

    private static byte[]? ToDate(SourceNode value, int millisecondsEach)
    {
        var isDigits = value.IsNumber || (value.IsText && TryWhole(value.Text().Trim(), out _));
        if (value.IsText && !isDigits)
        {
            // A date in words stays what it is; only that it is one is seen to.
            return DateTimeOffset.TryParse(value.Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) ? null : throw Refused(value, "date");
        }

        if (!TryWhole(DigitsOf(value, "date"), out var whole) || whole * millisecondsEach is var milliseconds && (milliseconds < -62_135_596_800_000 || milliseconds > 253_402_300_799_999))
        {
            throw Refused(value, "date");
        }

        var at = DateTimeOffset.FromUnixTimeMilliseconds((long)(whole * millisecondsEach));
        return JsonWords.Quoted(at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    private static string DigitsOf(SourceNode value, string wanted) =>
        value.IsNumber ? Encoding.UTF8.GetString(value.Raw.Span) : value.IsText ? value.Text().Trim() : throw Refused(value, wanted);

    /// <summary>Whole numbers, also those written as 12.0 or 1.2e3.</summary>
    private static bool TryWhole(string text, out BigInteger whole)
    {
        whole = default;
        if (!IsJsonNumber(text))
        {
            return false;
        }

        var exponentAt = text.IndexOfAny(['e', 'E']);
        var (mantissa, exponent) = exponentAt < 0 ? (text, 0) : (text[..exponentAt], int.TryParse(text[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given) ? given : 1_000);
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : mantissa[(dot + 1)..].TrimEnd('0');
        var shift = exponent - fraction.Length;
        var digits = BigInteger.Parse((dot < 0 ? mantissa : mantissa[..dot]) + fraction, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (digits.IsZero)
        {
            return true;
        }

        // More places than any 64 bits have: no reason to work them out.
        if (Math.Abs(shift) > 400)
        {
            return false;
        }

        if (shift >= 0)
        {
            whole = digits * BigInteger.Pow(10, shift);
            return true;
        }

        whole = BigInteger.DivRem(digits, BigInteger.Pow(10, -shift), out var left);
        return left.IsZero;
    }

    /// <summary>True for what JSON takes for a number: no sign before, no blanks, no leading zeros.</summary>
    private static bool IsJsonNumber(string text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        return Digits(text, ref at, mayBeginWithZero: false)
            && (at == text.Length || text[at] != '.' || (++at > 0 && Digits(text, ref at, mayBeginWithZero: true)))
            && (at == text.Length || (text[at] is 'e' or 'E' && Exponent(text, at + 1)));
    }

    private static bool Exponent(string text, int at)
    {
        at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
        return Digits(text, ref at, mayBeginWithZero: true) && at == text.Length;
    }

    private static bool Digits(string text, ref int at, bool mayBeginWithZero)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at > start && (mayBeginWithZero || at == start + 1 || text[start] != '0');
    }

    private static TransformFailure Refused(SourceNode value, string wanted) => new($"{JsonWords.Shown(value.Raw.Span)} is no {wanted}");
}
