namespace Portage.Repo;

/// <summary>Everything that is wrong at once, a line each: nobody should have to run a check twice to see the second fault.</summary>
internal static class Complaints
{
    public static void None(IEnumerable<string> complaints)
    {
        var all = complaints.ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    /// <summary>A complaint for every line that a pattern is found in.</summary>
    public static IEnumerable<string> Lines(IEnumerable<RepoFile> files, Func<string, bool> isWrong, string what) =>
        from file in files
        from line in file.Lines.Index()
        where isWrong(line.Item)
        select $"{file}:{line.Index + 1}: {what}: {line.Item.Trim()}";
}
