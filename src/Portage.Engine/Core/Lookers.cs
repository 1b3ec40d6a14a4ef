using System.Collections.Immutable;

namespace Portage.Engine.Core;

/// <summary>Which places look at what, both ways. For one thread.</summary>
internal sealed class Lookers<T>(IEqualityComparer<T>? comparer = null)
    where T : notnull
{
    private readonly Dictionary<T, HashSet<int>> _places = new(comparer);
    private readonly Dictionary<int, ImmutableArray<T>> _looks = [];

    /// <summary>All that look at anything.</summary>
    public IReadOnlyCollection<int> Places => _looks.Keys;

    /// <summary>Those that look at one thing.</summary>
    public IEnumerable<int> At(T what) => _places.GetValueOrDefault(what) ?? Enumerable.Empty<int>();

    /// <summary>Notes all that a place looks at now.</summary>
    /// <param name="what">Default where it looks at nothing.</param>
    public void Set(int place, ImmutableArray<T> what)
    {
        if (_looks.Remove(place, out var before))
        {
            foreach (var one in before)
            {
                if (_places[one] is var places && places.Remove(place) && places.Count == 0)
                {
                    _places.Remove(one);
                }
            }
        }

        if (what.IsDefault)
        {
            return;
        }

        what = [.. what.Distinct()];
        _looks[place] = what;
        foreach (var one in what)
        {
            if (!_places.TryGetValue(one, out var places))
            {
                _places[one] = places = [];
            }

            places.Add(place);
        }
    }
}
