using System.Globalization;
using System.Numerics;

namespace Portage.Snapshots.Formats;

/// <summary>Numbers of binary formats as the server writes them into JSON: as Java's <c>toString</c> does.</summary>
internal static class JavaNumbers
{
    /// <summary>A double as JSON: <c>0.001</c>, <c>1.0E16</c>; <c>"NaN"</c> and <c>"Infinity"</c> in quotes.</summary>
    public static string Text(double value)
    {
        if (!double.IsFinite(value))
        {
            return NotFinite(value);
        }

        // "R" is the shortest that reads back the same; Java has two digits at least, and of those the nearest (4.9E-324).
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 1; digits < 16; digits++)
        {
            var text = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (double.Parse(text, CultureInfo.InvariantCulture) == value)
            {
                shortest = text;
                break;
            }
        }

        return Java(shortest);
    }

    /// <inheritdoc cref="Text(double)"/>
    public static string Text(float value)
    {
        if (!float.IsFinite(value))
        {
            return NotFinite(value);
        }

        var shortest = value.ToString("E8", CultureInfo.InvariantCulture);
        for (var digits = 1; digits < 8; digits++)
        {
            var text = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (float.Parse(text, CultureInfo.InvariantCulture) == value)
            {
                shortest = text;
                break;
            }
        }

        return Java(shortest);
    }

    /// <summary>A decimal number of any size, <paramref name="unscaled"/> × 10^-<paramref name="scale"/>, as <c>BigDecimal</c> writes it.</summary>
    public static string Text(BigInteger unscaled, long scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture);
        var sign = unscaled.Sign < 0 ? "-" : "";
        var exponent = digits.Length - 1 - scale;
        if (scale == 0)
        {
            return sign + digits;
        }

        if (scale > 0 && exponent >= -6)
        {
            digits = digits.PadLeft((int)scale + 1, '0');
            return $"{sign}{digits[..^(int)scale]}.{digits[^(int)scale..]}";
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}E{exponent:+0;-0}");
    }

    private static string NotFinite(double value) => double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";

    /// <param name="text">As <c>-1.25E+003</c>.</param>
    private static string Java(string text)
    {
        var split = text.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(text.AsSpan(split + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = text[0] == '-' ? "-" : "";
        var digits = text[sign.Length..split].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        digits = digits.Length == 0 ? "0" : digits;
        if (digits == "0")
        {
            return sign + "0.0";
        }

        return exponent switch
        {
            >= -3 and < 0 => $"{sign}0.{new string('0', -exponent - 1)}{digits}",
            >= 0 and < 7 => digits.Length > exponent + 1 ? $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}" : $"{sign}{digits.PadRight(exponent + 1, '0')}.0",
            _ => string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent}"),
        };
    }
}
