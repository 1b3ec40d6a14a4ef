using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Rebuilding;

/// <summary>Values of doc values as the server writes them into JSON.</summary>
internal static class RebuiltJson
{
    // The years 1 to 9999 in milliseconds since 1970: others are written with another number of digits.
    private const long MillisecondsMin = -62_135_596_800_000;
    private const long MillisecondsMax = 253_402_300_799_999;

    // org.apache.lucene.geo.GeoEncodingUtils.
    private const double LatitudeUnit = 1 / ((1L << 32) / 180.0);
    private const double LongitudeUnit = 1 / ((1L << 32) / 360.0);

    public static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    public static byte[] Number(long number) => Ascii(number.ToString(CultureInfo.InvariantCulture));

    public static byte[] Text(ReadOnlySpan<byte> utf8) => [(byte)'"', .. Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Encoding.UTF8.GetString(utf8))), (byte)'"'];

    /// <summary>A number of a field's doc values; null where it cannot be written as the server does.</summary>
    public static byte[]? OfNumber(RebuiltField field, long number) => field.Kind switch
    {
        RebuiltKind.Long => Number(number),
        RebuiltKind.Double => Ascii(JavaNumbers.Text(BitConverter.Int64BitsToDouble(number ^ ((number >> 63) & long.MaxValue)))),
        RebuiltKind.Float => Ascii(JavaNumbers.Text(BitConverter.Int32BitsToSingle((int)number ^ (((int)number >> 31) & int.MaxValue)))),
        RebuiltKind.HalfFloat => Ascii(JavaNumbers.Text((float)BitConverter.Int16BitsToHalf((short)((short)number ^ (((short)number >> 15) & short.MaxValue))))),
        RebuiltKind.ScaledFloat => Scaled(number, field.Factor),
        RebuiltKind.Boolean => number is 0 or 1 ? Ascii(number == 1 ? "true" : "false") : null,
        RebuiltKind.Date => Date(number),
        RebuiltKind.GeoPoint => Ascii($$"""{"lat":{{JavaNumbers.Text((int)(number >> 32) * LatitudeUnit)}},"lon":{{JavaNumbers.Text((int)number * LongitudeUnit)}}}"""),
        _ => null,
    };

    /// <summary>A text of a field's doc values; null where it cannot be written as the server does.</summary>
    public static byte[]? OfBytes(RebuiltField field, ReadOnlySpan<byte> bytes) => field.Kind switch
    {
        RebuiltKind.Keyword or RebuiltKind.Text => Text(bytes),
        RebuiltKind.Ip => bytes.Length == 16 ? Ascii($"\"{Ip(bytes)}\"") : null,
        _ => null,
    };

    // What was rounded when it was indexed is not what was sent, nor is it shown so.
    private static byte[]? Scaled(long number, double factor) =>
        number / factor is var value && Math.Floor((value * factor) + 0.5) == number && Math.Abs(number) < 1L << 53 ? Ascii(JavaNumbers.Text(value)) : null;

    private static byte[]? Date(long milliseconds) => milliseconds is >= MillisecondsMin and <= MillisecondsMax
        ? Ascii(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("'\"'yyyy-MM-dd'T'HH:mm:ss.fff'Z\"'", CultureInfo.InvariantCulture))
        : null;

    private static string Ip(ReadOnlySpan<byte> address)
    {
        if (address[..12].SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{address[12]}.{address[13]}.{address[14]}.{address[15]}");
        }

        var groups = new int[8];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = (address[i * 2] << 8) | address[(i * 2) + 1];
        }

        // The longest run of at least two zeros is left out, the first of equal ones (RFC 5952).
        var (start, length) = (-1, 1);
        for (var i = 0; i < groups.Length; i++)
        {
            var run = 0;
            while (i + run < groups.Length && groups[i + run] == 0)
            {
                run++;
            }

            if (run > length)
            {
                (start, length) = (i, run);
            }

            i += Math.Max(run - 1, 0);
        }

        return start < 0
            ? Joined(groups)
            : $"{Joined(groups[..start])}::{Joined(groups[(start + length)..])}";

        static string Joined(int[] some) => string.Join(':', some.Select(group => group.ToString("x", CultureInfo.InvariantCulture)));
    }
}
