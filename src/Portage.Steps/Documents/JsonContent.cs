using Portage.Clusters.Validation;

namespace Portage.Steps.Documents;

/// <summary>
/// Compares two JSON texts by bytes and, where those differ, by everything but what stands between their tokens (blanks, comments, a
/// byte order mark): numbers and strings count as they are written, and the order and number of fields counts.
/// </summary>
internal static class JsonContent
{
    public static bool Equal(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.SequenceEqual(b))
        {
            return true;
        }

        var left = new SourceTokens(a);
        var right = new SourceTokens(b);
        while (left.Read())
        {
            if (!right.Read() || !left.Token.SequenceEqual(right.Token))
            {
                return false;
            }
        }

        return !right.Read();
    }
}
