using System.IO.Compression;
using Xunit;

namespace Portage.Testing;

/// <summary>Real snapshot repositories and Lucene indices, found at <c>PORTAGE_FIXTURES</c> or <c>../shared/fixtures</c>.</summary>
public static class Fixtures
{
    private const string NoFixtures = "No fixtures: neither PORTAGE_FIXTURES nor ../shared/fixtures exists.";

    /// <summary>A file or folder of the fixtures; the test is skipped, with the reason, where there are none.</summary>
    public static string Find(string relative)
    {
        var root = Checkout.Shared("PORTAGE_FIXTURES", "fixtures");
        if (root is null)
        {
            Assert.Skip(NoFixtures);
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

    /// <summary>
    /// The names in a folder of the fixtures, as the cases of a theory. Where there are no fixtures it has one case, which is
    /// skipped with the reason; where there are fewer names than there should be, it fails.
    /// </summary>
    /// <param name="countMin">A folder that lost its files must not look like one that was read.</param>
    public static TheoryData<string> Cases(string relative, string pattern, int countMin, Func<string, bool>? isWanted = null)
    {
        var root = Checkout.Shared("PORTAGE_FIXTURES", "fixtures");
        if (root is null)
        {
            return [new TheoryDataRow<string>(pattern) { Skip = NoFixtures }];
        }

        string[] names =
        [
            .. new DirectoryInfo(Path.Combine(root, relative)).EnumerateFileSystemInfos(pattern)
                .Select(entry => entry.Name)
                .Where(name => isWanted is null || isWanted(name))
                .Order(StringComparer.Ordinal),
        ];
        return names.Length >= countMin
            ? [.. names]
            : throw new InvalidOperationException($"{root}/{relative} has {names.Length} of {pattern} that are wanted, and should have at least {countMin}.");
    }
}
