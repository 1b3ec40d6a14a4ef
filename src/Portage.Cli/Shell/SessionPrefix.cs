namespace Portage.Cli.Shell;

/// <summary>Understands <c>workflow session=prod VERB</c> as <c>workflow --session prod VERB</c>.</summary>
internal static class SessionPrefix
{
    private const string Prefix = "session=";

    public static string[] Expand(string[] arguments) =>
        arguments.Length > 0 && arguments[0].StartsWith(Prefix, StringComparison.Ordinal)
            ? ["--session", arguments[0][Prefix.Length..], .. arguments[1..]]
            : arguments;
}
