using Portage.Configuration.Paths;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Editing;

/// <summary>Trees with one thing changed.</summary>
internal static class TreeEdit
{
    /// <summary>The tree with a value at a path; objects on the way are made where they are missing.</summary>
    public static ConfigNode Set(ConfigNode tree, ConfigPath path, ConfigNode value) => Change(tree, path.Parts, 0, value)!;

    /// <summary>The tree without what is at a path.</summary>
    public static ConfigNode Remove(ConfigNode tree, ConfigPath path) => Change(tree, path.Parts, 0, null)!;

    private static ConfigNode? Change(ConfigNode? node, IReadOnlyList<ConfigPath> parts, int depth, ConfigNode? value)
    {
        if (depth == parts.Count)
        {
            return value;
        }

        if (parts[depth].Key is not { } key)
        {
            var items = (node as ConfigList)?.Items.ToList() ?? [];
            var index = parts[depth].Index;
            if (Change(index < items.Count ? items[index] : null, parts, depth + 1, value) is not { } item)
            {
                items.RemoveAt(index);
            }
            else if (index < items.Count)
            {
                items[index] = item;
            }
            else
            {
                items.Add(item);
            }

            return new ConfigList(default, items);
        }

        var entries = (node as ConfigObject)?.Entries.ToList() ?? [];
        var place = entries.FindIndex(entry => entry.Key == key);
        var changed = Change(place < 0 ? null : entries[place].Value, parts, depth + 1, value);
        if (changed is null)
        {
            entries.RemoveAt(place);
        }
        else if (place < 0)
        {
            entries.Add(new(key, default, changed));
        }
        else
        {
            entries[place] = entries[place] with { Value = changed };
        }

        return new ConfigObject(default, entries);
    }
}
