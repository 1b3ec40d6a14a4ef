namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Index patterns of templates: texts with <c>*</c>.</summary>
internal static class PatternOverlap
{
    /// <summary>True when some name matches both patterns.</summary>
    public static bool Meet(string left, string right)
    {
        // reachable[j]: what is left of both patterns, from here and from j on, can match the same text. From the ends to the beginnings.
        var reachable = new bool[right.Length + 1];
        for (var i = left.Length; i >= 0; i--)
        {
            var next = (bool[])reachable.Clone();
            for (var j = right.Length; j >= 0; j--)
            {
                var (leftEnds, rightEnds) = (i == left.Length, j == right.Length);
                reachable[j] = (leftEnds, rightEnds) switch
                {
                    (true, true) => true,
                    (true, false) => right[j] == '*' && reachable[j + 1],
                    (false, true) => left[i] == '*' && next[j],

                    // A star stands for nothing, or for one more of the other's characters; of two stars either may.
                    _ when left[i] == '*' || right[j] == '*' => next[j] || reachable[j + 1],
                    _ => left[i] == right[j] && next[j + 1],
                };
            }
        }

        return reachable[0];
    }
}
