using System.Collections.Immutable;
using Portage.Model.Clusters;

namespace Portage.Configuration.Rules.Overlap;

/// <summary>The patterns that a slice leaves out, which may be as many as there are other slices: found by their beginnings.</summary>
internal sealed class Exclusions
{
    private readonly HashSet<string> _texts;
    private readonly (string Beginning, IndexPattern Pattern)[] _byBeginning;
    private readonly string[] _regexes;
    private IndexPattern[]? _compiled;

    public Exclusions(ImmutableArray<string> patterns)
    {
        _texts = new(patterns, StringComparer.Ordinal);
        _regexes = [.. patterns.Where(pattern => Patterns.FormOf(pattern) == PatternForm.Regex)];
        _byBeginning =
        [
            .. patterns.Where(pattern => Patterns.FormOf(pattern) != PatternForm.Regex)
                .Select(pattern => (Patterns.BeginningOf(pattern), new IndexPattern(pattern)))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal),
        ];
    }

    public bool IsEmpty => _texts.Count == 0;

    public IReadOnlyList<string> Regexes => _regexes;

    /// <summary>True when a pattern is left out by its own text, or by one that selects everything.</summary>
    public bool Holds(string pattern) => _texts.Count > 0 && (_texts.Contains(pattern) || _texts.Contains("*"));

    /// <summary>True when a name is left out.</summary>
    public bool Excludes(string name)
    {
        for (var length = 0; length <= name.Length && _byBeginning.Length > 0; length++)
        {
            var beginning = name.AsSpan(0, length);
            for (var i = LowerBound(beginning); i < _byBeginning.Length && beginning.SequenceEqual(_byBeginning[i].Beginning); i++)
            {
                if (_byBeginning[i].Pattern.Matches(name))
                {
                    return true;
                }
            }
        }

        return _regexes.Length > 0 && (_compiled ??= [.. _regexes.Select(regex => new IndexPattern(regex))]).Any(regex => regex.Matches(name));
    }

    /// <summary>The names and globs that may leave out some of the names with a beginning.</summary>
    public IEnumerable<string> Near(string beginning)
    {
        for (var length = 0; length < beginning.Length && _byBeginning.Length > 0; length++)
        {
            for (var i = LowerBound(beginning.AsSpan(0, length)); i < _byBeginning.Length && _byBeginning[i].Beginning.Length == length && beginning.StartsWith(_byBeginning[i].Beginning, StringComparison.Ordinal); i++)
            {
                yield return _byBeginning[i].Pattern.Text;
            }
        }

        for (var i = LowerBound(beginning); i < _byBeginning.Length && _byBeginning[i].Beginning.StartsWith(beginning, StringComparison.Ordinal); i++)
        {
            yield return _byBeginning[i].Pattern.Text;
        }
    }

    private int LowerBound(ReadOnlySpan<char> beginning)
    {
        var (from, to) = (0, _byBeginning.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = _byBeginning[middle].Beginning.AsSpan().SequenceCompareTo(beginning) < 0 ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}
