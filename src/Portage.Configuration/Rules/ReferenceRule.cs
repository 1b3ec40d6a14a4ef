using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>A field that names an entry of a map names one that is there. The map is the nearest of that name, upwards.</summary>
internal static class ReferenceRule
{
    public static void Check(MigrationConfig config, Findings findings) => Check(new(RecordShape.Root, config, null), ConfigPath.Root, findings);

    private static void Check(Level level, ConfigPath path, Findings findings)
    {
        foreach (var field in level.Shape.Fields)
        {
            var value = field.Get(level.Record);
            switch (field.Kind, value)
            {
                case (_, null):
                    break;
                case (FieldKind.Record, _):
                    Check(new(field.Record!, value, level), path.Then(field.Name), findings);
                    break;
                case (FieldKind.Map, _):
                    foreach (var (name, record) in MapShape.Entries(value))
                    {
                        Check(new(field.Record!, record, level), path.Then(field.Name).Then(name), findings);
                    }

                    break;
                case (FieldKind.Text, string name) when field.Reference is { } reference:
                    CheckName(name, reference.Map, level, path.Then(field.Name), isItem: false, findings);
                    break;
                case (FieldKind.Texts, ImmutableArray<string> names) when field.Reference is { } reference:
                    foreach (var name in names)
                    {
                        CheckName(name, reference.Map, level, path.Then(field.Name), isItem: true, findings);
                    }

                    break;
            }
        }
    }

    private static void CheckName(string name, string map, Level level, ConfigPath field, bool isItem, Findings findings)
    {
        var known = level.NamesOf(map);
        if (known.Contains(name))
        {
            return;
        }

        var path = isItem ? ItemOf(field, name, findings) : field;
        var meant = DidYouMean.Among(name, known);
        findings.Add(
            DiagnosticCatalog.UnknownName.Error,
            path,
            known.Count == 0
                ? $"'{Words.Shown(name)}' is not among the configured {map}: there are none."
                : $"'{Words.Shown(name)}' is not among the configured {map} ({Words.List(known)}).",
            meant,
            meant is null ? Commands.Update(path) : Commands.Update(path, meant));
    }

    // The record's list is sorted; people count in the text, where there is one.
    public static ConfigPath ItemOf(ConfigPath list, string name, Findings findings)
    {
        var items = (findings.Tree?.Find(list) as ConfigList)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is ConfigScalar scalar && scalar.Text == name)
            {
                return list.Then(i);
            }
        }

        return list;
    }

    /// <summary>A record and the ones that hold it.</summary>
    private sealed record Level(RecordShape Shape, object Record, Level? Above)
    {
        private Dictionary<string, HashSet<string>>? _names;

        public HashSet<string> NamesOf(string map)
        {
            if (Shape.Find(map) is not { Kind: FieldKind.Map } field)
            {
                return Above!.NamesOf(map);
            }

            // Kept, because every slice of a source asks for the same names.
            _names ??= new(StringComparer.Ordinal);
            if (!_names.TryGetValue(map, out var names))
            {
                names = [.. MapShape.Entries(field.Get(Record)!).Select(entry => entry.Name)];
                _names.Add(map, names);
            }

            return names;
        }
    }
}
