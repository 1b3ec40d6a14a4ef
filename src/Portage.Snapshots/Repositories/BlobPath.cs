namespace Portage.Snapshots.Repositories;

/// <summary>Builds the paths of blobs from names that stand in other blobs, and lets none of them leave its folder.</summary>
internal static class BlobPath
{
    /// <summary>Joins a folder (empty for the root) and a name.</summary>
    public static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    /// <summary>A name that <paramref name="blob"/> gives, fit to be one part of a path.</summary>
    /// <exception cref="CorruptBlobException">It is empty, or would lead elsewhere.</exception>
    public static string Part(string name, string blob) =>
        IsPart(name) ? name : throw new CorruptBlobException(blob, "a name that can be part of a path", $"'{name}'");

    /// <summary>True for one part of a path: not empty, no separators, no way up, no control characters.</summary>
    public static bool IsPart(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name is "." or "..")
        {
            return false;
        }

        foreach (var c in name)
        {
            if (c is '/' or '\\' || char.IsControl(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where a blob lies that has a path inside a repository.</summary>
    /// <param name="root">What stands before it; empty for nothing.</param>
    /// <exception cref="ArgumentException">The path leaves the repository, or is none.</exception>
    public static string Below(string root, string path)
    {
        foreach (var part in path.AsSpan().Split('/'))
        {
            if (!IsPart(path.AsSpan(part)))
            {
                throw new ArgumentException($"'{path}' is not a path inside a repository.", nameof(path));
            }
        }

        return Join(root, path);
    }
}
