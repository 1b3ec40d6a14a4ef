namespace Portage.Mutations;

/// <summary>Puts many mutations into the code at once, each behind its switch, so that the code is built once for all of them.</summary>
internal static class Weaving
{
    /// <summary>Cuts mutations into as few rounds as it takes for no two of a round to touch the same text.</summary>
    public static IReadOnlyList<IReadOnlyList<Mutation>> Rounds(string root, IEnumerable<Mutation> mutations)
    {
        var rounds = new List<List<(Mutation Mutation, int From, int To)>>();
        foreach (var mutation in mutations)
        {
            var from = File.ReadAllText(Path.Combine(root, mutation.File)).IndexOf(mutation.Text, StringComparison.Ordinal);
            var to = from + mutation.Text.Length;
            var round = rounds.FirstOrDefault(round => round.TrueForAll(other => other.Mutation.File != mutation.File || other.To <= from || to <= other.From));
            if (round is null)
            {
                rounds.Add(round = []);
            }

            round.Add((mutation, from, to));
        }

        return [.. rounds.Select(round => round.Select(place => place.Mutation).ToArray())];
    }

    /// <summary>The text of a file with mutations in it.</summary>
    public static string Weave(string content, IEnumerable<Mutation> mutations) =>
        mutations.Aggregate(content, (text, mutation) => text.Replace(mutation.Text, mutation.Code, StringComparison.Ordinal));

    /// <summary>The mutations whose code stands on a line of a woven file, counted from 1.</summary>
    public static IEnumerable<Mutation> At(string woven, int line, IEnumerable<Mutation> mutations) =>
        from mutation in mutations
        let at = woven.IndexOf(mutation.Code, StringComparison.Ordinal)
        where at >= 0
        let first = woven.AsSpan(0, at).Count('\n') + 1
        where line >= first && line <= first + mutation.Code.AsSpan().Count('\n')
        select mutation;
}
