namespace Portage.Configuration.Rules.Overlap;

/// <summary>Patterns with one fixed beginning, found by their fixed ends.</summary>
internal sealed class PatternLevel(string beginning)
{
    // So few are looked through one by one; most beginnings belong to one slice.
    private const int LookedThroughMax = 16;

    private readonly List<ClaimedPattern> _globs = [];
    private readonly List<ClaimedPattern> _regexes = [];
    private Dictionary<string, List<ClaimedPattern>>? _byEnd;
    private Dictionary<string, List<ClaimedPattern>>? _byEndOfEnd;

    public string Beginning => beginning;

    public void Add(ClaimedPattern pattern)
    {
        if (pattern.Form == PatternForm.Regex)
        {
            _regexes.Add(pattern);
            return;
        }

        _globs.Add(pattern);
        if (_byEnd is not null)
        {
            AddByEnd(pattern);
        }
        else if (_globs.Count > LookedThroughMax)
        {
            (_byEnd, _byEndOfEnd) = (new(StringComparer.Ordinal), new(StringComparer.Ordinal));
            _globs.ForEach(AddByEnd);
        }
    }

    /// <summary>The patterns that may select a name which a pattern further down selects: one of the two ends as the other does.</summary>
    public IEnumerable<ClaimedPattern> Near(ClaimedPattern pattern) => pattern.Form switch
    {
        PatternForm.Exact => ShorterEnds(pattern.End).Concat(WithEnd(pattern.End)).Concat(_regexes),
        PatternForm.Glob => ShorterEnds(pattern.End).Concat(LongerEnds(pattern.End)),
        _ => _regexes.Where(regex => regex.Names == pattern.Names),
    };

    private void AddByEnd(ClaimedPattern pattern)
    {
        AddTo(_byEnd!, pattern.End, pattern);
        for (var from = 0; from <= pattern.End.Length; from++)
        {
            AddTo(_byEndOfEnd!, pattern.End[from..], pattern);
        }
    }

    private static void AddTo(Dictionary<string, List<ClaimedPattern>> index, string end, ClaimedPattern pattern)
    {
        if (!index.TryGetValue(end, out var known))
        {
            index.Add(end, known = []);
        }

        known.Add(pattern);
    }

    private IEnumerable<ClaimedPattern> ShorterEnds(string end)
    {
        if (_byEnd is null)
        {
            return _globs.Where(glob => glob.End.Length < end.Length && end.EndsWith(glob.End, StringComparison.Ordinal));
        }

        return Enumerable.Range(1, end.Length).SelectMany(from => WithEnd(end[from..]));
    }

    private IEnumerable<ClaimedPattern> WithEnd(string end) =>
        _byEnd is null ? _globs.Where(glob => glob.End == end) : _byEnd.GetValueOrDefault(end) ?? [];

    private IEnumerable<ClaimedPattern> LongerEnds(string end) =>
        _byEndOfEnd is null ? _globs.Where(glob => glob.End.EndsWith(end, StringComparison.Ordinal)) : _byEndOfEnd.GetValueOrDefault(end) ?? [];
}
