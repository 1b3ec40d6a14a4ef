using Portage.Configuration.Paths;

namespace Portage.Configuration.Reading;

/// <summary>The commands that mend a configuration, as a shell takes them.</summary>
internal static class Commands
{
    /// <summary>Sets a value that only the user knows.</summary>
    public static string Update(ConfigPath path) => $"workflow configure update {Quote(path.ToString())} <value>";

    public static string Update(ConfigPath path, string value) => $"workflow configure update {Quote(path.ToString())} {Quote(value)}";

    public static string Add(ConfigPath path, string value) => $"workflow configure add {Quote(path.ToString())} {Quote(value)}";

    public static string Remove(ConfigPath path) => $"workflow configure remove {Quote(path.ToString())}";

    public static string Show(ConfigPath path) => path.IsRoot ? "workflow configure show" : $"workflow configure show {Quote(path.ToString())}";

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || "._-/:@%+,".Contains(letter, StringComparison.Ordinal))
            ? argument
            : "'" + argument.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
