using System.Globalization;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>How long a scroll or a point in time lives.</summary>
internal static class KeepAlive
{
    // search.max_keep_alive
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>What the real server says of a time that is too long; null where it is not.</summary>
    public static ApiException? Refusal(TimeSpan keepAlive) => keepAlive <= Longest ? null
        : ApiException.IllegalArgument($"Keep alive for request ({Text(keepAlive)}) is too large. It must be less than (1d). This limit can be set by changing the [search.max_keep_alive] cluster level setting.");

    /// <exception cref="ApiException">The text is no time.</exception>
    public static TimeSpan Read(string name, string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits > 0 && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 1_000_000_000)
        {
            TimeSpan? time = text[digits..] switch
            {
                "ms" => TimeSpan.FromMilliseconds(number),
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                "d" => TimeSpan.FromDays(number),
                _ => null,
            };
            if (time is { } found)
            {
                return found;
            }
        }

        throw ApiException.IllegalArgument($"failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized");
    }

    private static string Text(TimeSpan time) =>
        time.TotalDays == time.Days ? $"{time.Days}d" : $"{time.TotalDays.ToString("0.#", CultureInfo.InvariantCulture)}d";
}
