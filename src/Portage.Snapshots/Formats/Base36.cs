namespace Portage.Snapshots.Formats;

/// <summary>Java's <c>Long.toString(value, 36)</c>, in which checksums of files are kept.</summary>
internal static class Base36
{
    /// <summary>Reads lower-case base 36; false for anything else, and for values above 2^63.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        foreach (var c in text)
        {
            var digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'z' => c - 'a' + 10,
                _ => -1,
            };
            if (digit < 0 || value > (long.MaxValue - digit) / 36)
            {
                return false;
            }

            value = (value * 36) + digit;
        }

        return true;
    }
}
