using System.Buffers.Text;
using System.Text;

namespace Portage.Snapshots.Shards;

/// <summary>
/// Turns the stored form of <c>_id</c> since Elasticsearch 6.0 into text (<c>org.elasticsearch.index.mapper.Uid</c>): ids
/// that are base64 or decimal digits are packed, others are UTF-8.
/// </summary>
internal static class DocumentId
{
    private const byte Utf8 = 0xFF;
    private const byte Numeric = 0xFE;
    private const byte EscapedBase64 = 0xFD;

    /// <summary>The id, or null where the bytes are none.</summary>
    public static string? Decode(ReadOnlySpan<byte> stored) => stored.IsEmpty
        ? null
        : stored[0] switch
        {
            Utf8 => Encoding.UTF8.GetString(stored[1..]),
            Numeric => Digits(stored[1..]),
            // A base64 id whose first byte would look like one of these marks.
            EscapedBase64 => Base64Url.EncodeToString(stored[1..]),
            _ => Base64Url.EncodeToString(stored),
        };

    // Two digits a byte, the high half first; F fills up an odd count.
    private static string? Digits(ReadOnlySpan<byte> packed)
    {
        Span<char> digits = stackalloc char[256];
        if (packed.Length * 2 > digits.Length)
        {
            digits = new char[packed.Length * 2];
        }

        var count = 0;
        foreach (var pair in packed)
        {
            var high = pair >> 4;
            var low = pair & 0xF;
            if (high > 9 || (low > 9 && low != 0xF))
            {
                return null;
            }

            digits[count++] = (char)('0' + high);
            if (low != 0xF)
            {
                digits[count++] = (char)('0' + low);
            }
        }

        return new(digits[..count]);
    }
}
