using Portage.Model.Diagnostics;

namespace Portage.Configuration.Reading;

/// <summary>The entries of an object while it is read. A key given twice is an error, and the first stays.</summary>
internal sealed class EntryList(Findings findings)
{
    // Most objects have a handful of keys, for which a list is faster than a set.
    private const int ListedMax = 16;
    private readonly List<ConfigEntry> _entries = [];
    private Dictionary<string, ConfigEntry>? _byKey;

    public IReadOnlyList<ConfigEntry> Entries => _entries;

    public void Add(ConfigEntry entry)
    {
        if (Find(entry.Key) is { } first)
        {
            findings.Add(
                DiagnosticCatalog.DuplicateKey.Error(null, first.At.Line == 0
                    ? $"'{entry.Key}' is given twice; which one is meant cannot be told."
                    : $"'{entry.Key}' is given already in line {first.At.Line}; which one is meant cannot be told."),
                entry.At);
            return;
        }

        _entries.Add(entry);
        if (_byKey is not null)
        {
            _byKey.Add(entry.Key, entry);
        }
        else if (_entries.Count > ListedMax)
        {
            _byKey = _entries.ToDictionary(known => known.Key, StringComparer.Ordinal);
        }
    }

    private ConfigEntry? Find(string key)
    {
        if (_byKey is not null)
        {
            return _byKey.GetValueOrDefault(key);
        }

        foreach (var entry in _entries)
        {
            if (entry.Key == key)
            {
                return entry;
            }
        }

        return null;
    }
}
