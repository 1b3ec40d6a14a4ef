namespace Portage.Testing;

/// <summary>A folder that lasts as long as the test.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>The absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("portage-test-").FullName;

    /// <summary>A path below the folder.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A server that is still writing its last lines must not fail the test that is already over.
        }
    }
}
