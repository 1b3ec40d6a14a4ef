using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Editing;

/// <summary>One value that differs.</summary>
/// <param name="Path">Where.</param>
/// <param name="Old">What it was, as JSON, its default where it was not given; null where it was not there, or stood for something that no value says.</param>
/// <param name="New">What it is, likewise.</param>
public sealed record FieldChange(string Path, string? Old, string? New);

/// <summary>Compares configurations value by value: what history, diff and a plan's reasons show.</summary>
public static class ConfigurationDifference
{
    /// <summary>
    /// What differs, in ordinal order of the paths. A field that falls back to its default, or leaves it, shows the
    /// default; of a name that comes or goes, only what is given shows.
    /// </summary>
    /// <param name="canonicalA">The older one, as <see cref="ReadConfiguration.Canonical"/>; <c>{}</c> where there was none.</param>
    /// <param name="canonicalB">The newer one.</param>
    public static ImmutableArray<FieldChange> Between(string canonicalA, string canonicalB)
    {
        var (a, b) = (new Side(canonicalA), new Side(canonicalB));
        return
        [
            .. a.Given.Keys.Union(b.Given.Keys)
                .Where(path => a.Given.GetValueOrDefault(path) != b.Given.GetValueOrDefault(path))
                .Select(path => new FieldChange(path, a.ValueOf(path), b.ValueOf(path)))
                .Where(change => change.Old != change.New)
                .OrderBy(change => change.Path, StringComparer.Ordinal),
        ];
    }

    private sealed class Side
    {
        private readonly ConfigNode _tree;
        private readonly Lazy<Dictionary<string, string>> _all;

        public Side(string canonical)
        {
            _tree = JsonTree.Read(canonical, new Findings(file: null), withPlaces: false) ?? new ConfigObject(default, []);
            Collect(_tree, "");
            _all = new(() => ConfigurationReader.ReadCanonical(canonical).Config is { } config
                ? FieldWalker.Walk(config, "").ToDictionary(value => value.Path, value => value.Json, StringComparer.Ordinal)
                : []);
        }

        public Dictionary<string, string> Given { get; } = new(StringComparer.Ordinal);

        public string? ValueOf(string path) =>
            Given.TryGetValue(path, out var given) ? given
            : _all.Value.TryGetValue(path, out var value) && value != "null" ? value
            : _tree.Find(ConfigPath.Parse(path, out _)!) is ConfigObject ? "{}"
            : null;

        private void Collect(ConfigNode node, string path)
        {
            if (node is ConfigList { Items: [ConfigObject, ..] } list)
            {
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Collect(list.Items[i], $"{path}[{i}]");
                }

                return;
            }

            if (node is not ConfigObject { Entries.Count: > 0 } map)
            {
                Given[path] = JsonText.WriteLine(node);
                return;
            }

            foreach (var entry in map.Entries)
            {
                Collect(entry.Value, ConfigPath.Join(path, entry.Key));
            }
        }
    }
}
