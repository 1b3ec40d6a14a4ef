using System.Runtime.CompilerServices;

namespace Portage.Testing;

/// <summary>Where this checkout and the shared folders beside it lie.</summary>
public static class Checkout
{
    /// <summary>The folder of <c>Portage.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder that an environment variable names, or else <c>../shared/NAME</c> beside the checkout; null where neither exists.</summary>
    public static string? Shared(string variable, string name)
    {
        var named = Environment.GetEnvironmentVariable(variable);
        var path = string.IsNullOrEmpty(named) ? Path.Combine(Root, "..", "shared", name) : named;
        return Directory.Exists(path) ? Path.GetFullPath(path) : null;
    }

    private static string FindRoot([CallerFilePath] string source = "")
    {
        var folder = Path.GetDirectoryName(source);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Portage.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Portage.slnx above {source}.");
    }
}
