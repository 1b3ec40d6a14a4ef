using Portage.Backends.Embedded;

namespace Portage.Backends.Tests.Embedded;

/// <summary>A secret is kept whole, for nobody else to read, or not at all.</summary>
public sealed class LocalSecretsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private LocalSecrets Secrets => new(new(_folder.Path), _ => null);

    private string Folder => new Home(_folder.Path).Secrets;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Keep_ASecret_IsReadAndListedAndOpenToNobodyElse()
    {
        Secrets.Keep("blue-admin", "admin:secret");
        Secrets.Keep("blue-admin", "admin:changed");
        Assert.Equal("admin:changed", await Secrets.ReadAsync("blue-admin", TestContext.Current.CancellationToken));
        Assert.Equal(["blue-admin"], Secrets.Names());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, "blue-admin")));
    }

    [Fact]
    public async Task Keep_DiskIsFull_LeavesWhatWasKeptAndNothingElse()
    {
        Assert.Throws<IOException>(() => Secrets.Keep("new", "value", new FullDisk()));
        Assert.Empty(Secrets.Names());

        Secrets.Keep("blue-admin", "admin:secret");
        Assert.Throws<IOException>(() => Secrets.Keep("blue-admin", "admin:changed", new FullDisk()));
        Assert.Equal("admin:secret", await Secrets.ReadAsync("blue-admin", TestContext.Current.CancellationToken));
        Assert.Single(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Fact]
    public void Keep_SomebodyWasKilledBefore_ReplacesWhatIsUnfinishedAndNeverListsIt()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, ".blue-admin.next"), "adm");
        Assert.Empty(Secrets.Names());
        Secrets.Keep("blue-admin", "admin:secret");
        Assert.Equal([Path.Combine(Folder, "blue-admin")], Directory.EnumerateFileSystemEntries(Folder));
    }

    private sealed class FullDisk : Disk
    {
        public override void Flush(FileStream file) => throw new IOException("No space left on device");
    }
}
