using System.Collections.Immutable;
using Portage.Configuration.Fields;
using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Configuration.Rules;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Editing;

/// <summary>
/// Changes one thing in a configuration, by its path, and checks the whole of what comes out. Values are YAML or JSON;
/// where a text belongs, they are the text itself.
/// </summary>
/// <remarks>
/// Every edit returns what <see cref="ConfigurationReader.Read"/> returns: the new configuration and its canonical JSON, both null when
/// a diagnostic is an error, so that nothing has changed.
/// </remarks>
public static class ConfigurationEditor
{
    /// <summary>Adds a name, a field that was left out, or an item of a list. Refuses what exists.</summary>
    /// <param name="canonical">The configuration as it is; <c>{}</c> when there is none.</param>
    public static ReadConfiguration Add(string canonical, string path, string valueText) => Edit(canonical, path, (tree, places, findings) =>
    {
        var place = places[^1];
        var existing = tree.Find(place.Path);
        if (place is ConfigPlace.Whole)
        {
            findings.Add(DiagnosticCatalog.PathExists.Error(null, "The configuration exists. Add something in it, by its path, or read a whole one with configure --file."), default);
            return null;
        }

        if (ValueText.Read(place, valueText, findings) is not { } value)
        {
            return null;
        }

        if ((place, value) is (ConfigPlace.Field { Shape.Kind: FieldKind.Texts }, ConfigScalar) or (ConfigPlace.Field { Shape.Kind: FieldKind.List }, ConfigObject))
        {
            return Append(tree, place.Path, value);
        }

        if (existing is not null)
        {
            findings.Add(
                DiagnosticCatalog.PathExists.Error,
                place.Path,
                $"'{place.Path}' is there already, so it cannot be added{(place is ConfigPlace.Field { Shape.Kind: FieldKind.Map } ? "; add a name below it" : "")}.",
                command: Commands.Update(place.Path));
            return null;
        }

        return place is ConfigPlace.Item item && !IsNextItem(tree, item, findings) ? null : TreeEdit.Set(tree, place.Path, value);
    });

    /// <summary>Gives something another value: a name's record, a field (also one that is at its default), an item of a list. Refuses names that are not there.</summary>
    /// <param name="canonical">The configuration as it is; <c>{}</c> when there is none.</param>
    public static ReadConfiguration Update(string canonical, string path, string valueText) => Edit(canonical, path, (tree, places, findings) =>
    {
        var place = places[^1];
        if (!AllAreThere(tree, places.Where(part => part is ConfigPlace.Entry or ConfigPlace.Item), findings)
            || ValueText.Read(place, valueText, findings) is not { } value)
        {
            return null;
        }

        return (place, value) is (ConfigPlace.Field { Shape.Kind: FieldKind.Texts }, ConfigScalar) or (ConfigPlace.Field { Shape.Kind: FieldKind.List }, ConfigObject)
            ? TreeEdit.Set(tree, place.Path, new ConfigList(default, [value]))
            : TreeEdit.Set(tree, place.Path, value);
    });

    /// <summary>Takes something out: a name with all below it, a field (which falls back to its default), an item of a list. Refuses what is not there.</summary>
    /// <param name="canonical">The configuration as it is.</param>
    public static ReadConfiguration Remove(string canonical, string path) => Edit(canonical, path, (tree, places, findings) =>
    {
        var place = places[^1];
        if (place is ConfigPlace.Whole)
        {
            findings.Add(DiagnosticCatalog.BadPath.Error(null, "No path is given; the whole configuration is removed with its session."), default);
            return null;
        }

        return AllAreThere(tree, places.Skip(1), findings) ? TreeEdit.Remove(tree, place.Path) : null;
    });

    /// <summary>What is configured at a path, or all of it, as text for people (YAML) or for programs (JSON).</summary>
    /// <returns>The text, which ends with a line break; or null with diagnostics. A field that is not given shows its default.</returns>
    public static ShownConfiguration Show(string canonical, string? path, ShowFormat format)
    {
        var findings = new Findings(file: null);
        var tree = JsonTree.Read(canonical, findings, withPlaces: false);
        if (tree is null || ConfigPlace.Resolve(path ?? "", findings) is not { } places)
        {
            return new(null, findings.InOrder());
        }

        var place = places[^1];
        var node = tree.Find(place.Path);
        if (node is null && place is ConfigPlace.Field field && AllAreThere(tree, places.Where(part => part is ConfigPlace.Entry), findings))
        {
            node = JsonTree.Read(field.Shape.DefaultJson, findings, withPlaces: false);
        }
        else if (node is null)
        {
            AllAreThere(tree, places.Skip(1), findings);
        }

        return node is null || findings.AnyError
            ? new(null, findings.InOrder())
            : new(format == ShowFormat.Json ? JsonText.Write(node) : YamlText.Write(node, place), findings.InOrder());
    }

    private static ReadConfiguration Edit(string canonical, string path, Func<ConfigNode, IReadOnlyList<ConfigPlace>, Findings, ConfigNode?> change)
    {
        var findings = new Findings(file: null);
        return JsonTree.Read(canonical, findings, withPlaces: false) is { } tree
            && ConfigPlace.Resolve(path, findings) is { } places
            && change(tree, places, findings) is { } changed
            && !findings.AnyError
                ? ConfigurationReader.ReadTree(changed, findings)
                : new(null, null, findings.InOrder());
    }

    private static ConfigNode Append(ConfigNode tree, ConfigPath list, ConfigNode item)
    {
        var items = (tree.Find(list) as ConfigList)?.Items ?? [];
        return TreeEdit.Set(tree, list, new ConfigList(default, [.. items, item]));
    }

    private static bool IsNextItem(ConfigNode tree, ConfigPlace.Item item, Findings findings)
    {
        var count = (tree.Find(item.Path.Parent!) as ConfigList)?.Items.Count ?? 0;
        if (item.Path.Index == count)
        {
            return true;
        }

        findings.Add(DiagnosticCatalog.PathNotThere.Error, item.Path, $"The list has {Words.Count(count, "item")}; the next one is [{count}].");
        return false;
    }

    /// <summary>Reports the first of the places that holds nothing.</summary>
    private static bool AllAreThere(ConfigNode tree, IEnumerable<ConfigPlace> places, Findings findings)
    {
        var asked = places.ToList();
        foreach (var missing in asked.Where(place => tree.Find(place.Path) is null))
        {
            // Of a record that is left out, the field asked for tells more than the record.
            var place = missing is ConfigPlace.Field && asked[^1] is ConfigPlace.Field ? asked[^1] : missing;
            var siblings = (tree.Find(place.Path.Parent!) as ConfigObject)?.Entries.Select(entry => entry.Key).ToImmutableArray() ?? [];
            var meant = place is ConfigPlace.Entry ? DidYouMean.Among(place.Path.Key!, siblings) : null;
            var detail = place switch
            {
                ConfigPlace.Entry entry => $"There is no '{entry.Path.Key}' under '{entry.Path.Parent}' ({(siblings.IsEmpty ? "it is empty" : Words.List(siblings))}).",
                ConfigPlace.Item item => $"The list '{item.Path.Parent}' has {Words.Count((tree.Find(item.Path.Parent!) as ConfigList)?.Items.Count ?? 0, "item")}, counted from 0.",
                ConfigPlace.Field { Shape: { Default: { } value } shape } when shape.Kind is not (FieldKind.Record or FieldKind.Map) =>
                    $"'{place.Path}' is not given; it is at its default, {CanonicalJson.WriteValue(shape, value)}.",
                ConfigPlace.Field { Shape.Facts.Default: { } otherwise } => $"'{place.Path}' is not given; that stands for: {otherwise}.",
                _ => $"'{place.Path}' is not given.",
            };
            findings.Add(
                DiagnosticCatalog.PathNotThere.Error,
                place.Path,
                detail,
                meant,
                meant is null ? Commands.Show(place.Path.Parent!.IsRoot || tree.Find(place.Path.Parent!) is null ? ConfigPath.Root : place.Path.Parent!) : Commands.Show(place.Path.Parent!.Then(meant)));
            return false;
        }

        return true;
    }
}
