namespace Portage.Lucene.Segments;

/// <summary>Generations in file names: digits and lower-case letters.</summary>
internal static class Base36
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static bool TryParse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        // 36^12 fits into 63 bits; no commit ever gets near.
        if (text.Length is 0 or > 12)
        {
            return false;
        }

        foreach (var letter in text)
        {
            var digit = Digits.IndexOf(letter, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            value = (value * 36) + digit;
        }

        return true;
    }

    public static string Format(long value)
    {
        Span<char> text = stackalloc char[13];
        var start = text.Length;
        do
        {
            text[--start] = Digits[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        return new(text[start..]);
    }
}
