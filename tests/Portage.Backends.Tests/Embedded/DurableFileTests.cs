using Portage.Backends.Embedded;

namespace Portage.Backends.Tests.Embedded;

public sealed class DurableFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_NewContent_IsOnTheDiskBeforeItHasTheNameAndTheNameBeforeItReturns()
    {
        var path = _folder["fence"];
        File.WriteAllText(path, "old");
        var disk = new WatchedDisk(path);

        DurableFile.Write(path, "new"u8, disk);

        Assert.Equal(["fence.next has 3 bytes, fence has 'old'", "the folder, fence has 'new'"], disk.Flushed);
    }

    /// <summary>Looks at the file and at the one with the name whenever something is flushed.</summary>
    private sealed class WatchedDisk(string path) : Disk
    {
        public List<string> Flushed { get; } = [];

        private string Named => $"{Path.GetFileName(path)} has '{File.ReadAllText(path)}'";

        public override void Flush(FileStream file)
        {
            base.Flush(file);
            Flushed.Add($"{Path.GetFileName(file.Name)} has {new FileInfo(file.Name).Length} bytes, {Named}");
        }

        public override void FlushFolder(string path)
        {
            base.FlushFolder(path);
            Flushed.Add($"the folder, {Named}");
        }
    }
}
