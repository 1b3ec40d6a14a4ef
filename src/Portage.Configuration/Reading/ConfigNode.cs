using Portage.Configuration.Paths;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Reading;

/// <summary>A piece of a configuration's text, before anything is known about what it means.</summary>
/// <param name="At">Where it begins; line 0 where there is no text.</param>
internal abstract record ConfigNode(TextPosition At)
{
    /// <summary>The node at a path, or null.</summary>
    public ConfigNode? Find(ConfigPath path)
    {
        var node = this;
        foreach (var part in path.Parts)
        {
            node = (node, part.Key) switch
            {
                (ConfigObject map, { } key) => map.Find(key)?.Value,
                (ConfigList list, null) => part.Index < list.Items.Count ? list.Items[part.Index] : null,
                _ => null,
            };
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }
}

/// <summary>Keys with values, each key once.</summary>
/// <param name="IsPartial">Something in it was refused and is left out, so that nothing can be said about what is missing.</param>
internal sealed record ConfigObject(TextPosition At, IReadOnlyList<ConfigEntry> Entries, bool IsPartial = false) : ConfigNode(At)
{
    // Most objects have a handful of keys, for which looking through is faster than an index.
    private const int LookedThroughMax = 16;
    private Dictionary<string, ConfigEntry>? _index;

    public ConfigEntry? Find(string key)
    {
        if (Entries.Count > LookedThroughMax)
        {
            _index ??= Entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
            return _index.GetValueOrDefault(key);
        }

        foreach (var entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry;
            }
        }

        return null;
    }
}

/// <summary>One key of a <see cref="ConfigObject"/>.</summary>
internal sealed record ConfigEntry(string Key, TextPosition At, ConfigNode Value);

/// <summary>Values in order.</summary>
internal sealed record ConfigList(TextPosition At, IReadOnlyList<ConfigNode> Items) : ConfigNode(At);

/// <summary>What a scalar is by the rules of its language, JSON or YAML 1.2 (core schema).</summary>
internal enum ScalarKind
{
    /// <summary>A text: quoted, or nothing else.</summary>
    Text,

    /// <summary>A number, in whatever notation.</summary>
    Number,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>Nothing: the same as leaving the key out.</summary>
    Nothing,

    /// <summary>Something that was refused; no more is said about it.</summary>
    Refused,
}

/// <summary>A single value.</summary>
/// <param name="Text">As it was written, without quotes and escapes.</param>
internal sealed record ConfigScalar(TextPosition At, string Text, ScalarKind Kind) : ConfigNode(At);
