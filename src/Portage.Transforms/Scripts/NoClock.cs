using Jint.Runtime;

namespace Portage.Transforms.Scripts;

/// <summary>Dates can be read and written, in UTC; what time it is now a script may not ask, as the same document must come out the same tomorrow.</summary>
internal sealed class NoClock : ITimeSystem
{
    private readonly DefaultTimeSystem _dates = new(TimeZoneInfo.Utc, System.Globalization.CultureInfo.InvariantCulture);

    public TimeZoneInfo DefaultTimeZone => TimeZoneInfo.Utc;

    public DateTimeOffset GetUtcNow() => throw new TransformFailure("The script asks what time it is; a document must come out the same whenever it is read");

    public TimeSpan GetUtcOffset(long epochMilliseconds) => TimeSpan.Zero;

    public bool TryParse(string date, out long epochMilliseconds) => _dates.TryParse(date, out epochMilliseconds);
}
