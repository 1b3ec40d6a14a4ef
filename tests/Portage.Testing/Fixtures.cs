using System.IO.Compression;
using Xunit;

namespace Portage.Testing;

/// <summary>Real snapshot repositories and Lucene indices, found at <c>PORTAGE_FIXTURES</c> or <c>../shared/fixtures</c>.</summary>
public static class Fixtures
{
    /// <summary>A file or folder of the fixtures; the test is skipped, with the reason, where there are none.</summary>
    public static string Find(string relative)
    {
        var root = Checkout.Shared("PORTAGE_FIXTURES", "fixtures");
        if (root is null)
        {
            Assert.Skip("No fixtures: neither PORTAGE_FIXTURES nor ../shared/fixtures exists.");
        }

        return Path.Combine(root, relative);
    }

    /// <summary>Unpacks a zip of the fixtures into a folder of its own.</summary>
    public static TempFolder Unzip(string relative)
    {
        var zip = Find(relative);
        var folder = new TempFolder();
        ZipFile.ExtractToDirectory(zip, folder.Path);
        return folder;
    }

    /// <summary>The names in a folder of the fixtures; empty where there are none, so that theories can list their cases.</summary>
    public static IEnumerable<string> Names(string relative, string pattern)
    {
        var root = Checkout.Shared("PORTAGE_FIXTURES", "fixtures");
        return root is null || !Directory.Exists(Path.Combine(root, relative))
            ? []
            : new DirectoryInfo(Path.Combine(root, relative)).EnumerateFileSystemInfos(pattern).Select(entry => entry.Name).Order(StringComparer.Ordinal);
    }
}
