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

    [Fact]
    public void Append_ToAFile_IsOnTheDiskBeforeItReturns()
    {
        var path = _folder["journal"];
        var disk = new WatchedDisk(path);

        DurableFile.Append(path, "one"u8, disk);
        Assert.Equal(["journal has 3 bytes, journal has 'one'", "the folder, journal has 'one'"], disk.Flushed);

        DurableFile.Append(path, "two"u8, disk);
        Assert.Equal("journal has 6 bytes, journal has 'onetwo'", disk.Flushed[2]);
        Assert.Equal(3, disk.Flushed.Count);
    }

    [Fact]
    public void Cut_ALongerFile_IsOnTheDiskBeforeItReturns()
    {
        var path = _folder["journal"];
        File.WriteAllText(path, "onetwo");
        var disk = new WatchedDisk(path);

        DurableFile.Cut(path, 6, disk);
        Assert.Empty(disk.Flushed);

        DurableFile.Cut(path, 3, disk);
        Assert.Equal(["journal has 3 bytes, journal has 'one'"], disk.Flushed);
    }

    [Fact]
    public void Delete_AFile_IsOnTheDiskBeforeItReturns()
    {
        var path = _folder["journal"];
        File.WriteAllText(path, "one");
        var disk = new WatchedDisk(path);
        DurableFile.Delete(path, disk);
        Assert.Equal(["the folder, journal is not there"], disk.Flushed);
    }

    [Fact]
    public async Task StepFiles_EveryChange_IsOnTheDiskBeforeItReturns()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var path = Path.Combine(_folder["work"], "items", "logs", "journal.jsonl");
        var disk = new WatchedDisk(path);
        var files = new StepFiles(_folder["work"], disk).Item("logs");

        await files.AppendAsync("journal.jsonl", "one"u8.ToArray(), cancellation);
        Assert.Equal("journal.jsonl has 3 bytes, journal.jsonl has 'one'", disk.Flushed[^2]);
        Assert.Equal("the folder, journal.jsonl is not there", disk.Flushed[0]);

        disk.Flushed.Clear();
        await files.WriteAsync("journal.jsonl", "other"u8.ToArray(), cancellation);
        await files.CutAsync("journal.jsonl", 2, cancellation);
        await files.DeleteAsync("journal.jsonl", cancellation);
        Assert.Equal(
            ["journal.jsonl.next has 5 bytes, journal.jsonl has 'one'", "the folder, journal.jsonl has 'other'", "journal.jsonl has 2 bytes, journal.jsonl has 'ot'", "the folder, journal.jsonl is not there"],
            disk.Flushed);

        disk.Flushed.Clear();
        await files.DeleteAllAsync(cancellation);
        Assert.NotEmpty(disk.Flushed);
    }

    /// <summary>Looks at the file and at the one with the name whenever something is flushed.</summary>
    private sealed class WatchedDisk(string path) : Disk
    {
        public List<string> Flushed { get; } = [];

        private string Named
        {
            get
            {
                if (!File.Exists(path))
                {
                    return $"{Path.GetFileName(path)} is not there";
                }

                // Whoever flushes it may have it open.
                using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
                return $"{Path.GetFileName(path)} has '{reader.ReadToEnd()}'";
            }
        }

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
