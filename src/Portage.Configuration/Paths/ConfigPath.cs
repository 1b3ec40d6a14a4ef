using System.Text;

namespace Portage.Configuration.Paths;

/// <summary>
/// A place in a configuration, as <c>migrations.securitylogs.slices.posts.targets[0]</c>. Names with dots, blanks or
/// anything else but letters, digits, <c>_</c> and <c>-</c> are quoted, as <c>slices."a.b"</c>.
/// </summary>
internal sealed class ConfigPath
{
    private ConfigPath(ConfigPath? parent, string? key, int index) => (Parent, Key, Index) = (parent, key, index);

    /// <summary>The configuration as a whole.</summary>
    public static ConfigPath Root { get; } = new(null, null, 0);

    public ConfigPath? Parent { get; }

    /// <summary>The last part when that is a key or a name; null for an item of a list.</summary>
    public string? Key { get; }

    /// <summary>The last part when that is an item of a list, counted from 0.</summary>
    public int Index { get; }

    public bool IsRoot => Parent is null;

    /// <summary>The parts from the top, each a path.</summary>
    public IReadOnlyList<ConfigPath> Parts
    {
        get
        {
            var parts = new List<ConfigPath>();
            for (var part = this; !part.IsRoot; part = part.Parent!)
            {
                parts.Add(part);
            }

            parts.Reverse();
            return parts;
        }
    }

    public ConfigPath Then(string key) => new(this, key, 0);

    public ConfigPath Then(int index) => new(this, null, index);

    /// <summary>The text form; empty for the root.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var part in Parts)
        {
            if (part.Key is not { } key)
            {
                text.Append('[').Append(part.Index).Append(']');
                continue;
            }

            if (text.Length > 0)
            {
                text.Append('.');
            }

            AppendKey(text, key);
        }

        return text.ToString();
    }

    private static void AppendKey(StringBuilder text, string key)
    {
        if (key.Length > 0 && key.All(IsBare))
        {
            text.Append(key);
            return;
        }

        text.Append('"');
        foreach (var letter in key)
        {
            if (letter is '"' or '\\')
            {
                text.Append('\\');
            }

            text.Append(letter);
        }

        text.Append('"');
    }

    internal static bool IsBare(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
}
