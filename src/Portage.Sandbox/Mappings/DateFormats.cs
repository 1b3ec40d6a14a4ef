using System.Globalization;

namespace Portage.Sandbox.Mappings;

/// <summary>
/// Dates in the formats that indices mostly use: the named ones below and patterns of year, month, day, hour, minute, second,
/// fraction and zone. A format that is not understood takes every text, so that the sandbox never refuses what the real server takes.
/// </summary>
internal static class DateFormats
{
    /// <summary>The format of a date field that names none.</summary>
    public const string Default = "strict_date_optional_time||epoch_millis";

    private static readonly string[] IsoPatterns =
    [
        "yyyy", "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-ddTHH", "yyyy-MM-ddTHHK", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mmK",
        "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    private static readonly string[] LenientPatterns = [.. IsoPatterns, "yyyy-M", "yyyy-M-d", "yyyy-M-dTH:m:s", "yyyy-M-dTH:m:sK"];

    /// <summary>Reads a date as milliseconds since 1970. False where it fits no format.</summary>
    /// <param name="millis">Null where a format is not understood and the text was taken on trust.</param>
    public static bool TryParse(string text, string formats, out long? millis)
    {
        millis = null;
        foreach (var format in formats.Split("||"))
        {
            switch (TryOne(text, format))
            {
                case { Understood: false }:
                    return true;
                case { Millis: { } found }:
                    millis = found;
                    return true;
                default:
                    break;
            }
        }

        return false;
    }

    private static (bool Understood, long? Millis) TryOne(string text, string format)
    {
        var name = format.StartsWith("strict_", StringComparison.Ordinal) ? format["strict_".Length..] : format;
        var isStrict = name.Length != format.Length;
        return name switch
        {
            "date_optional_time" or "date_optional_time_nanos" or "dateOptionalTime" or "iso8601" => (true, Parse(Shortened(text), isStrict ? IsoPatterns : LenientPatterns)),
            "epoch_millis" => (true, long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millis) ? millis : FractionOf(text)),
            "epoch_second" => (true, long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) ? seconds * 1_000 : null),
            "date" or "year_month_day" => (true, Parse(text, ["yyyy-MM-dd"])),
            "date_time" => (true, Parse(Shortened(text), ["yyyy-MM-ddTHH:mm:ss.FFFFFFFK"])),
            "date_time_no_millis" => (true, Parse(text, ["yyyy-MM-ddTHH:mm:ssK"])),
            "basic_date" => (true, Parse(text, ["yyyyMMdd"])),
            _ => Pattern(format) is { } pattern ? (true, Parse(text, [pattern])) : (false, null),
        };
    }

    private static long? Parse(string text, string[] patterns) =>
        DateTimeOffset.TryParseExact(text, patterns, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date.ToUnixTimeMilliseconds() : null;

    private static long? FractionOf(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && text[(point + 1)..].All(char.IsAsciiDigit) && long.TryParse(text[..point], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var millis) ? millis : null;
    }

    // .NET reads seven digits of a second; the real server reads nine and keeps three.
    private static string Shortened(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
        {
            return text;
        }

        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return end - point - 1 is > 7 and <= 9 ? string.Concat(text.AsSpan(0, point + 8), text.AsSpan(end)) : text;
    }

    /// <summary>A Java pattern in .NET's letters; null where it has a part that is not understood.</summary>
    private static string? Pattern(string java)
    {
        var dotnet = new System.Text.StringBuilder();
        for (var i = 0; i < java.Length;)
        {
            var run = 1;
            while (i + run < java.Length && java[i + run] == java[i])
            {
                run++;
            }

            switch (java[i])
            {
                case 'y' or 'u' when run == 4:
                    dotnet.Append("yyyy");
                    break;
                case 'M' or 'd' or 'H' or 'm' or 's' when run <= 2:
                    dotnet.Append(java[i], run);
                    break;
                case 'S' when run <= 7:
                    dotnet.Append('f', run);
                    break;
                case 'X' or 'Z' or 'x':
                    dotnet.Append('K');
                    break;
                case '\'':
                    var close = java.IndexOf('\'', i + 1);
                    if (close < 0)
                    {
                        return null;
                    }

                    dotnet.Append(java, i, close - i + 1);
                    run = close - i + 1;
                    break;
                case '-' or '/' or ':' or '.' or ' ' or ',' or '_':
                    dotnet.Append('\'').Append(java[i], run).Append('\'');
                    break;
                default:
                    return null;
            }

            i += run;
        }

        return dotnet.ToString();
    }
}
