namespace Portage.Backends.Embedded;

/// <summary>Small files that are there whole or not at all, whatever crashes.</summary>
public static class DurableFile
{
    /// <summary>How a file ends that is not whole yet.</summary>
    public const string Unfinished = ".next";

    /// <summary>Replaces a file and returns when the new content survives a power loss.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, Disk.OfThisMachine);

    internal static void Write(string path, ReadOnlySpan<byte> content, Disk disk)
    {
        var next = path + Unfinished;
        using (var whole = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            whole.Write(content);
            disk.Flush(whole);
        }

        File.Move(next, path, overwrite: true);

        // The new name is in the folder, which is written on its own.
        disk.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Adds to a file, or begins it, and returns when that survives a power loss; of what was cut off, any number of the first bytes may be there.</summary>
    public static void Append(string path, ReadOnlySpan<byte> content) => Append(path, content, Disk.OfThisMachine);

    internal static void Append(string path, ReadOnlySpan<byte> content, Disk disk)
    {
        var isNew = !File.Exists(path);
        using (var grown = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0))
        {
            grown.Write(content);
            disk.Flush(grown);
        }

        if (isNew)
        {
            disk.FlushFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Cuts off the end of a file, if it is longer, and returns when that survives a power loss.</summary>
    public static void Cut(string path, long length) => Cut(path, length, Disk.OfThisMachine);

    internal static void Cut(string path, long length, Disk disk)
    {
        if (File.Exists(path) && new FileInfo(path).Length > length)
        {
            using var shorter = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            shorter.SetLength(length);
            disk.Flush(shorter);
        }
    }

    /// <summary>Deletes a file, if it is there, and returns when that survives a power loss.</summary>
    public static void Delete(string path) => Delete(path, Disk.OfThisMachine);

    internal static void Delete(string path, Disk disk)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            disk.FlushFolder(Path.GetDirectoryName(path)!);
        }
    }

    /// <summary>Replaces a file in one piece, for readers; it may be lost with the power.</summary>
    public static void Publish(string path, ReadOnlySpan<byte> content)
    {
        var next = path + Unfinished;
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>The content; null when there is no file.</summary>
    public static byte[]? Read(string path)
    {
        // Most looks find nothing, and an exception for each would cost more than the look.
        if (!File.Exists(path))
        {
            // A folder of that name is somebody's mistake, which reading tells.
            return Directory.Exists(path) ? File.ReadAllBytes(path) : null;
        }

        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
