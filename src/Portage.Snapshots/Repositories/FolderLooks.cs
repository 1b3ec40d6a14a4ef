using System.Collections.Concurrent;
using System.Globalization;

namespace Portage.Snapshots.Repositories;

/// <summary>
/// Notes every file and folder of repositories that is looked at, as it is: whoever keeps what was made of them can tell afterwards whether they are as
/// they were, without reading them. What follows from the call that began it takes part, and nothing else.
/// </summary>
public sealed class FolderLooks
{
    private static readonly AsyncLocal<FolderLooks?> Current = new();

    // The stamp of no file, and of nothing.
    private const string Unknowable = "*";

    private readonly ConcurrentDictionary<string, string> _looks = new(StringComparer.Ordinal);

    /// <summary>What was looked at, by absolute path, with what tells whether it is as it was.</summary>
    public IEnumerable<KeyValuePair<string, string>> All => _looks.OrderBy(look => look.Key, StringComparer.Ordinal);

    /// <summary>Notes from here on what this flow of calls looks at.</summary>
    public static FolderLooks Begin() => Current.Value = new();

    /// <summary>The length and the time of the last change of a file, the time of a folder's; <c>-</c> where nothing is there.</summary>
    public static string StampOf(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists ? Text(file.Length, file.LastWriteTimeUtc)
                : new DirectoryInfo(path) is { Exists: true } folder ? Text(-1, folder.LastWriteTimeUtc)
                : "-";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?";
        }

        static string Text(long length, DateTime changed) => string.Create(CultureInfo.InvariantCulture, $"{length}/{changed.Ticks}");
    }

    /// <summary>Notes that something was looked at that is no file: nobody can tell afterwards whether it is as it was, so that nothing made of it is kept.</summary>
    internal static void NoteElsewhere(string location)
    {
        if (Current.Value is { } looks)
        {
            looks._looks[location] = Unknowable;
        }
    }

    /// <summary>Before it is looked at: what changes meanwhile is then another one than was noted.</summary>
    internal static void Note(string path)
    {
        if (Current.Value is { } looks)
        {
            looks._looks.GetOrAdd(path, StampOf);
        }
    }
}
