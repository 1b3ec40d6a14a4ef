using System.Globalization;
using System.Text.RegularExpressions;

namespace Portage.Cli.Shell;

/// <summary>Understands how people say since when: <c>15m</c>, <c>1h30m</c>, <c>2d</c> ago, or a time.</summary>
internal static partial class Moments
{
    /// <summary>Reads a duration before now, a time of today (or yesterday, when it is later than now), or a date with or without a time.</summary>
    /// <param name="zone">Where times without a zone are meant.</param>
    public static bool TryParse(string text, DateTimeOffset now, TimeZoneInfo zone, out DateTimeOffset moment)
    {
        moment = default;
        if (Duration().Match(text) is { Success: true } match && text.Length > 0)
        {
            var ago = TimeSpan.Zero;
            foreach (var (name, unit) in (ReadOnlySpan<(string, TimeSpan)>)[("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1))])
            {
                // Five digits of days are 273 years; a log is younger.
                ago += match.Groups[name].Success ? unit * int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : TimeSpan.Zero;
            }

            moment = now - ago;
            return true;
        }

        if (TimeOnly.TryParseExact(text, ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
            moment = In(zone, today.ToDateTime(time));
            moment = moment > now ? In(zone, today.AddDays(-1).ToDateTime(time)) : moment;
            return true;
        }

        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var parsed))
        {
            return false;
        }

        moment = parsed.Kind switch
        {
            DateTimeKind.Utc => new(parsed),
            DateTimeKind.Local => new(parsed.ToUniversalTime()),
            _ => In(zone, parsed),
        };
        return true;
    }

    private static DateTimeOffset In(TimeZoneInfo zone, DateTime time) => new(time, zone.GetUtcOffset(time));

    [GeneratedRegex(@"^(?:(?<d>\d{1,5})d)?(?:(?<h>\d{1,5})h)?(?:(?<m>\d{1,5})m)?(?:(?<s>\d{1,5})s)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Duration();
}
