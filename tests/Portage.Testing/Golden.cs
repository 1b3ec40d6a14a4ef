using System.Runtime.CompilerServices;
using Xunit;

namespace Portage.Testing;

/// <summary>Compares text with a file beside the test. <c>UPDATE_GOLDEN=1</c> rewrites the file instead.</summary>
public static class Golden
{
    /// <param name="actual">What came out.</param>
    /// <param name="file">Relative to the folder of the calling test's source.</param>
    public static void Verify(string actual, string file, [CallerFilePath] string testSource = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(testSource)!, file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }

        // A golden that CI could create would approve itself.
        Assert.True(File.Exists(path), $"No golden {path}. Run with UPDATE_GOLDEN=1, read the diff, commit it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
