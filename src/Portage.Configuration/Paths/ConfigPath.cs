using System.Globalization;
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

    /// <summary>The text form of a key below a path in its text form.</summary>
    public static string Join(string path, string key)
    {
        if (path.Length > 0 && key.Length > 0 && key.All(IsBare))
        {
            return $"{path}.{key}";
        }

        var text = new StringBuilder(path);
        if (path.Length > 0)
        {
            text.Append('.');
        }

        AppendKey(text, key);
        return text.ToString();
    }

    /// <summary>Reads the text form; <paramref name="problem"/> says where it is not one.</summary>
    public static ConfigPath? Parse(string text, out string? problem)
    {
        var (path, i) = (Root, 0);
        problem = null;
        while (problem is null && i < text.Length)
        {
            if (text[i] == '[')
            {
                var end = text.IndexOf(']', i);
                if (end < 0 || !int.TryParse(text.AsSpan(i + 1, end - i - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || path.IsRoot)
                {
                    problem = $"at character {i + 1}: expected the number of an item of a list, as [0], after the list's name";
                    break;
                }

                (path, i) = (path.Then(index), end + 1);
                continue;
            }

            if (!path.IsRoot)
            {
                if (text[i] != '.')
                {
                    problem = $"at character {i + 1}: expected a dot";
                    break;
                }

                i++;
            }

            path = ParseKey(text, ref i, path, out problem);
        }

        return problem is null ? path : null;
    }

    private static ConfigPath ParseKey(string text, ref int i, ConfigPath path, out string? problem)
    {
        problem = null;
        if (i < text.Length && text[i] == '"')
        {
            var start = i;
            var key = new StringBuilder();
            for (i++; i < text.Length && text[i] != '"'; i++)
            {
                if (text[i] == '\\' && i + 1 < text.Length)
                {
                    i++;
                }

                key.Append(text[i]);
            }

            if (i == text.Length)
            {
                problem = $"at character {start + 1}: the quote is not closed";
                return path;
            }

            i++;
            return path.Then(key.ToString());
        }

        var from = i;
        while (i < text.Length && text[i] is not ('.' or '[' or ']' or '"') && !char.IsWhiteSpace(text[i]))
        {
            i++;
        }

        if (i == from)
        {
            problem = $"at character {from + 1}: expected a key; a name with dots or blanks needs quotes, as slices.\"a.b\"";
            return path;
        }

        return path.Then(text[from..i]);
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
