using System.Globalization;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Searching;

/// <summary>How long a scroll or a point in time lives.</summary>
internal static class KeepAlive
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <exception cref="ApiException">The text is no time, or longer than a day.</exception>
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
                return found <= Longest ? found : throw ApiException.IllegalArgument($"Keep alive for request ({text}) is too large. It must be less than (1d). This limit can be set by changing the [search.max_keep_alive] cluster level setting.");
            }
        }

        throw ApiException.IllegalArgument($"failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized");
    }
}
