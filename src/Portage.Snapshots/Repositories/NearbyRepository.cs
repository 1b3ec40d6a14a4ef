namespace Portage.Snapshots.Repositories;

/// <summary>Where a repository is that was looked for in the wrong folder: one deeper, one above, in an archive.</summary>
internal static class NearbyRepository
{
    private const int DepthMax = 3;

    // A home directory has many thousands.
    private const int FoldersMax = 500;

    private static readonly string[] Archives = [".tar", ".tgz", ".gz", ".zip", ".bz2", ".xz", ".zst", ".7z"];

    /// <summary>A sentence that says which path to name, or what to do first; null where nothing is found nearby.</summary>
    public static string? Find(string path)
    {
        try
        {
            return IsIntoNowhere(path) ? OfNothing(path)
                : File.Exists(path) ? OfFile(path)
                : !Directory.Exists(path) ? OfNothing(path)
                : Above(path) is { } above ? $"The repository is in '{above}': name that folder."
                : Below(path) switch
                {
                    [] => InArchive(path),
                    [var only] => $"The repository is in '{only}': name that folder.",
                    var several => $"There are repositories in '{string.Join("', '", several.Take(5))}'{(several.Count > 5 ? " and others" : "")}: name one of these folders.",
                };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Only a hint.
            return null;
        }
    }

    /// <summary>Why there is nothing: a link into nowhere, a folder that may not be entered, one above that is missing or empty. Null where there is no more to say than that.</summary>
    private static string? OfNothing(string path)
    {
        var (child, parent) = (path, Path.GetDirectoryName(path));
        while (parent is not null && !Directory.Exists(parent))
        {
            (child, parent) = (parent, Path.GetDirectoryName(parent));
        }

        if (IsIntoNowhere(child))
        {
            return $"'{child}' is a link to '{new FileInfo(child).LinkTarget}', which is not there.";
        }

        if (parent is null)
        {
            return null;
        }

        string[] entries;
        try
        {
            entries = [.. Directory.EnumerateFileSystemEntries(parent).Take(FoldersMax)];
        }
        catch (UnauthorizedAccessException)
        {
            return $"This user may not look into '{parent}'.";
        }

        return entries.Contains(child, StringComparer.Ordinal) ? (File.Exists(child) ? $"'{child}' is a file, not a folder." : $"This user may not enter '{child}'.")
            : entries.Length == 0 ? $"'{parent}' is there and empty: perhaps something is to be mounted there."
            : child == path ? null
            : $"'{parent}' is there, and has no '{Path.GetFileName(child)}'.";
    }

    // Such a link counts as a file that is there.
    private static bool IsIntoNowhere(string path) => new FileInfo(path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true } and var end && !Directory.Exists(end?.FullName);

    private static string OfFile(string path) => IsArchive(path)
        ? "It is an archive: unpack it, and name the folder in it that holds 'index-N'."
        : IsRepository(Path.GetDirectoryName(path)!) ? $"It is a file of a repository: name the folder '{Path.GetDirectoryName(path)}'." : "It is a file, not a folder.";

    private static string? Above(string path)
    {
        for (var (folder, depth) = (Path.GetDirectoryName(path), 0); folder is not null && depth < DepthMax; (folder, depth) = (Path.GetDirectoryName(folder), depth + 1))
        {
            if (IsRepository(folder))
            {
                return folder;
            }
        }

        return null;
    }

    private static List<string> Below(string path)
    {
        var found = new List<string>();
        var (level, looked) = (new List<string> { path }, 0);
        for (var depth = 0; depth < DepthMax && level.Count > 0; depth++)
        {
            var next = new List<string>();
            foreach (var folder in level)
            {
                FolderLooks.Note(folder);
                foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
                {
                    if (++looked > FoldersMax)
                    {
                        return found;
                    }

                    (IsRepository(inner) ? found : next).Add(inner);
                }
            }

            level = next;
        }

        return found;
    }

    private static string? InArchive(string path) =>
        Directory.EnumerateFiles(path).Where(IsArchive).Order(StringComparer.Ordinal).FirstOrDefault() is { } archive
            ? $"There is an archive, '{Path.GetFileName(archive)}': unpack it, and name the folder in it that holds 'index-N'."
            : null;

    private static bool IsArchive(string path) => Archives.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static bool IsRepository(string folder)
    {
        FolderLooks.Note(folder);
        return Directory.Exists(Path.Combine(folder, "indices")) && Directory.EnumerateFiles(folder, "index*").Any();
    }
}
