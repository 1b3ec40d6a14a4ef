namespace Portage.Backends.Embedded;

/// <summary>Small files that are there whole or not at all, whatever crashes.</summary>
public static class DurableFile
{
    /// <summary>Replaces a file and returns when the new content survives a power loss.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, Disk.OfThisMachine);

    internal static void Write(string path, ReadOnlySpan<byte> content, Disk disk)
    {
        var next = path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            disk.Flush(file);
        }

        File.Move(next, path, overwrite: true);

        // The new name is in the folder, which is written on its own.
        disk.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Replaces a file in one piece, for readers; it may be lost with the power.</summary>
    public static void Publish(string path, ReadOnlySpan<byte> content)
    {
        var next = path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
        }

        File.Move(next, path, overwrite: true);
    }

    /// <summary>The content; null when there is no file.</summary>
    public static byte[]? Read(string path)
    {
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
