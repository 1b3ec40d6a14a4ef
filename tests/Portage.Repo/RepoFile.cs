namespace Portage.Repo;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">Relative to the checkout, with slashes.</param>
internal sealed record RepoFile(string Path)
{
    // What builds, runs and tools leave behind in a checkout.
    private static readonly string[] NotOurs = [".git", ".portage", ".vs", ".idea", "artifacts", "bin", "obj", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly string[] TextExtensions = [".cs", ".csproj", ".json", ".md", ".props", ".sh", ".slnx", ".txt", ".xml", ".yaml", ".yml"];

    /// <summary>Every text file, in order.</summary>
    public static IReadOnlyList<RepoFile> All { get; } =
    [
        .. Below(Checkout.Root)
            .Select(path => System.IO.Path.GetRelativePath(Checkout.Root, path))
            .Where(path => TextExtensions.Contains(System.IO.Path.GetExtension(path)) || System.IO.Path.GetExtension(path).Length == 0)
            .Order(StringComparer.Ordinal)
            .Select(path => new RepoFile(path)),
    ];

    public string FullPath => System.IO.Path.Combine(Checkout.Root, Path);

    public string Name => System.IO.Path.GetFileName(Path);

    public string Text => File.ReadAllText(FullPath);

    public string[] Lines => File.ReadAllLines(FullPath);

    /// <summary>Texts that tests compare byte for byte may have any shape.</summary>
    public bool IsGolden => Path.StartsWith("tests/", StringComparison.Ordinal) && !Path.EndsWith(".cs", StringComparison.Ordinal) && !Path.EndsWith(".csproj", StringComparison.Ordinal);

    public bool Is(string extension) => Path.EndsWith(extension, StringComparison.Ordinal);

    public bool IsBelow(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public override string ToString() => Path;

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder)
            .Where(inner => !NotOurs.Contains(System.IO.Path.GetFileName(inner)))
            .SelectMany(Below));
}
