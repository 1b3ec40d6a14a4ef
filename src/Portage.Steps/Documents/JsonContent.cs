namespace Portage.Steps.Documents;

/// <summary>Compares two JSON texts by everything but the white space between their tokens: numbers count as they are written.</summary>
internal static class JsonContent
{
    public static bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.SequenceEqual(b))
        {
            return true;
        }

        var (i, j) = (0, 0);
        var isInString = false;
        while (true)
        {
            if (!isInString)
            {
                i = SkipBlanks(a, i);
                j = SkipBlanks(b, j);
            }

            if (i == a.Length || j == b.Length)
            {
                return i == a.Length && j == b.Length;
            }

            if (a[i] != b[j])
            {
                return false;
            }

            if (isInString && a[i] == '\\' && i + 1 < a.Length && j + 1 < b.Length)
            {
                // The escaped character is part of the string, whatever it is.
                if (a[i + 1] != b[j + 1])
                {
                    return false;
                }

                (i, j) = (i + 1, j + 1);
            }
            else if (a[i] == '"')
            {
                isInString = !isInString;
            }

            (i, j) = (i + 1, j + 1);
        }
    }

    private static int SkipBlanks(ReadOnlySpan<byte> text, int from)
    {
        while (from < text.Length && text[from] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            from++;
        }

        return from;
    }
}
