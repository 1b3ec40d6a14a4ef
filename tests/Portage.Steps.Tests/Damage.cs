using System.Text.Json;

namespace Portage.Steps.Tests;

/// <summary>Damages a repository as a disk does: one bit, somewhere in the middle.</summary>
internal static class Damage
{
    private static readonly byte[] Footer = [0xC0, 0x28, 0x93, 0xE8, 0, 0, 0, 0];

    /// <summary>Changes one bit of the largest stored fields of a shard, whatever file they are in, and says which blob that is.</summary>
    public static string StoredFields(string repository, string index, int shard)
    {
        var found = (Path: "", Start: 0, End: 0);
        foreach (var path in Directory.EnumerateFiles(FolderOf(repository, index, shard), "__*"))
        {
            var bytes = File.ReadAllBytes(path);
            for (int at, from = 0; (at = bytes.AsSpan(from).IndexOf("StoredFieldsFastData"u8)) >= 0; from += at + 1)
            {
                var (start, end) = (from + at, from + at + bytes.AsSpan(from + at).IndexOf(Footer));
                found = end - start > found.End - found.Start ? (path, start, end) : found;
            }
        }

        Assert.True(found.End > found.Start, $"No stored fields of {index}/{shard}.");
        Flip(found.Path, found.Start + ((found.End - found.Start) / 2));
        return Path.GetRelativePath(repository, found.Path);
    }

    /// <summary>Where the blobs of a shard lie.</summary>
    public static string FolderOf(string repository, string index, int shard) => Path.Combine(repository, "indices", IdOf(repository, index), $"{shard}");

    /// <summary>Changes one bit of a file.</summary>
    public static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static string IdOf(string repository, string index)
    {
        var root = Directory.EnumerateFiles(repository, "index-*").MaxBy(path => long.Parse(Path.GetFileName(path).AsSpan("index-".Length), provider: null))!;
        return JsonElement.Parse(File.ReadAllBytes(root)).GetProperty("indices").GetProperty(index).GetProperty("id").GetString()!;
    }
}
