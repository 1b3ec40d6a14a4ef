namespace Portage.Backends.Embedded;

/// <summary>What survives a power loss. Nothing else can be seen of a flush, so a test that holds one stands here.</summary>
internal class Disk
{
    public static Disk OfThisMachine { get; } = new();

    /// <summary>Returns when what was written to the file survives.</summary>
    public virtual void Flush(FileStream file) => file.Flush(flushToDisk: true);

    /// <summary>Returns when the names in the folder survive.</summary>
    public virtual void FlushFolder(string path) => Posix.FlushFolder(path);
}
