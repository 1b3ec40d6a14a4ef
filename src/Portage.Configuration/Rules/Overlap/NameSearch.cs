using System.Runtime.InteropServices;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>
/// Looks for a name that some patterns select and others do not, by walking the product of their automata breadth
/// first, so that the shortest name is found.
/// </summary>
/// <remarks>
/// Each pattern is a row of positions; <c>*</c> stays or is passed over, anything else takes one letter. The alphabet is
/// the letters of the patterns and one that stands for all others.
/// </remarks>
internal static class NameSearch
{
    /// <summary>Patterns in which the search gives up: far more than people write, and a few milliseconds.</summary>
    private const int StateCountMax = 20_000;

    /// <summary>A name that every one of <paramref name="all"/> selects and none of <paramref name="none"/>; null where there is none.</summary>
    /// <remarks>Gives up, with null, where the patterns are so entangled that they need more than 20,000 states.</remarks>
    public static string? Find(IReadOnlyList<string> all, IReadOnlyList<string> none)
    {
        string[] patterns = [.. all, .. none];
        var alphabet = Alphabet(patterns);
        var start = new State(patterns.Select(pattern => Close(pattern, Single(pattern))).ToArray(), null, '\0');

        // Not with the start in it: a later state may be the same, and then stands for a name.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<State>([start]);
        while (waiting.TryDequeue(out var state))
        {
            // The empty text is no name.
            if (state.Before is not null && Accepts(state, patterns, all.Count))
            {
                return state.Name();
            }

            foreach (var letter in alphabet)
            {
                var next = new State([.. patterns.Select((pattern, i) => Step(pattern, state.Positions[i], letter))], state, letter);
                var isAlive = next.Positions.Take(all.Count).All(positions => positions.AsSpan().ContainsAnyExcept(0UL));
                if (isAlive && seen.Add(next.Key))
                {
                    waiting.Enqueue(next);
                }
            }

            if (seen.Count > StateCountMax)
            {
                return null;
            }
        }

        return null;
    }

    private static bool Accepts(State state, string[] patterns, int allCount)
    {
        for (var i = 0; i < patterns.Length; i++)
        {
            if (Has(state.Positions[i], patterns[i].Length) != i < allCount)
            {
                return false;
            }
        }

        return true;
    }

    private static char[] Alphabet(string[] patterns)
    {
        var letters = patterns.SelectMany(pattern => pattern).Where(letter => letter is not ('*' or '?')).ToHashSet();
        var other = "xyzabcdefghijklmnopqrstuvw0123456789-_".FirstOrDefault(letter => !letters.Contains(letter));

        // The other letter first, so that an example does not look as if its letters mattered.
        return other == '\0' ? [.. letters.Order()] : [other, .. letters.Order()];
    }

    private static ulong[] Single(string pattern)
    {
        var positions = new ulong[(pattern.Length / 64) + 1];
        positions[0] = 1;
        return positions;
    }

    private static ulong[] Step(string pattern, ulong[] positions, char letter)
    {
        var next = new ulong[positions.Length];
        for (var i = 0; i < pattern.Length; i++)
        {
            if (!Has(positions, i))
            {
                continue;
            }

            if (pattern[i] == '*')
            {
                Set(next, i);
            }
            else if (pattern[i] == '?' || pattern[i] == letter)
            {
                Set(next, i + 1);
            }
        }

        return Close(pattern, next);
    }

    private static ulong[] Close(string pattern, ulong[] positions)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '*' && Has(positions, i))
            {
                Set(positions, i + 1);
            }
        }

        return positions;
    }

    private static bool Has(ulong[] positions, int i) => (positions[i >> 6] & (1UL << (i & 63))) != 0;

    private static void Set(ulong[] positions, int i) => positions[i >> 6] |= 1UL << (i & 63);

    private sealed class State(ulong[][] positions, State? before, char letter)
    {
        public ulong[][] Positions { get; } = positions;

        public State? Before { get; } = before;

        public char Letter { get; } = letter;

        public string Key { get; } = string.Concat(positions.Select(words => new string(MemoryMarshal.Cast<ulong, char>(words))));

        public string Name()
        {
            var letters = new List<char>();
            for (var (state, last) = (Before, Letter); state is not null; (last, state) = (state.Letter, state.Before))
            {
                letters.Add(last);
            }

            letters.Reverse();
            return new([.. letters]);
        }
    }
}
