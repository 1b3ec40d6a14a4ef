using System.Globalization;
using System.Text.RegularExpressions;
using Portage.Testing;

namespace Portage.Mutations;

/// <summary>A copy of the checkout, under <c>artifacts/mutations</c>, in which the code is changed and built. What it built is kept for the next time.</summary>
internal sealed partial class ScratchCheckout
{
    private const string SwitchFile = "Mutant.cs";

    // Outside of any namespace, so that every piece of code sees it; a child process inherits the variable.
    private const string SwitchCode = """
        internal static class PortageMutant
        {
            private static readonly int Made = int.Parse(System.Environment.GetEnvironmentVariable("PORTAGE_MUTANT") ?? "0", System.Globalization.CultureInfo.InvariantCulture);

            public static bool Is(int id) => id == Made;
        }
        """;

    private const string SwitchTargets = $"""
        <Project>
          <ItemGroup>
            <Compile Include="$(MSBuildThisFileDirectory)../{SwitchFile}" Link="{SwitchFile}" />
          </ItemGroup>
        </Project>
        """;

    private static readonly TimeSpan BuildPatience = TimeSpan.FromHours(1);

    private ScratchCheckout(string root) => Root = root;

    public string Root { get; }

    /// <summary>What tests of the copy need to find what lies beside the checkout.</summary>
    public static Dictionary<string, string> Environment { get; } = new[]
        {
            ("PORTAGE_FIXTURES", Checkout.Shared("PORTAGE_FIXTURES", "fixtures")),
            ("PORTAGE_SERVERS", Checkout.Shared("PORTAGE_SERVERS", "servers")),
            ("MSBUILDDISABLENODEREUSE", "1"),
        }
        .Where(variable => variable.Item2 is not null)
        .ToDictionary(variable => variable.Item1, variable => variable.Item2!);

    /// <summary>Copies the checkout as it is, what is not committed included.</summary>
    public static async Task<ScratchCheckout> CopyAsync(CancellationToken cancellationToken)
    {
        var root = Path.Combine(Checkout.Root, "artifacts", "mutations", "checkout");
        Directory.CreateDirectory(root);
        var listed = await Running.RunAsync(Checkout.Root, new Dictionary<string, string>(), BuildPatience, cancellationToken, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        var files = listed.ExitCode == 0
            ? listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Path.Combine(Checkout.Root, file))).ToHashSet(StringComparer.Ordinal)
            : throw new InvalidOperationException($"git does not list the files of the checkout:\n{listed.Output}");
        var scratch = new ScratchCheckout(root);
        foreach (var file in files)
        {
            scratch.Write(file, await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, file), cancellationToken));
            File.SetUnixFileMode(Path.Combine(root, file), File.GetUnixFileMode(Path.Combine(Checkout.Root, file)));
        }

        scratch.Write(SwitchFile, System.Text.Encoding.UTF8.GetBytes(SwitchCode));
        scratch.Write("src/Directory.Build.targets", System.Text.Encoding.UTF8.GetBytes(SwitchTargets));
        files.UnionWith([SwitchFile, "src/Directory.Build.targets"]);
        foreach (var gone in scratch.Files().Where(file => !files.Contains(file)).ToArray())
        {
            File.Delete(Path.Combine(root, gone));
        }

        return scratch;
    }

    /// <summary>Puts these mutations into the code, takes all others out, and builds test projects.</summary>
    /// <returns>What is wrong with a mutation, a line each; empty when it is built.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(IReadOnlyCollection<Mutation> mutations, IEnumerable<string> projects, CancellationToken cancellationToken)
    {
        var woven = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files().Where(file => file.StartsWith("src/", StringComparison.Ordinal) && File.Exists(Path.Combine(Checkout.Root, file))).ToArray())
        {
            // Byte for byte where nothing is woven in: not all that is there is text.
            var content = await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, file), cancellationToken);
            var here = mutations.Where(mutation => mutation.File == file).ToArray();
            if (here.Length > 0)
            {
                woven[file] = Weaving.Weave(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, file), cancellationToken), here);
                content = System.Text.Encoding.UTF8.GetBytes(woven[file]);
            }

            Write(file, content);
        }

        foreach (var project in projects)
        {
            // What a replacement looks like is no matter of style.
            var built = await Running.RunAsync(
                Root, Environment, BuildPatience, cancellationToken,
                "dotnet", "build", project, "-v", "quiet", "-p:RunAnalyzers=false", "-p:TreatWarningsAsErrors=false", "-p:EnforceCodeStyleInBuild=false", "-p:WarningLevel=0");
            if (built.ExitCode != 0)
            {
                var errors = ErrorLine().Matches(built.Output).Select(error => Describe(error, woven, mutations)).Distinct().ToArray();
                return errors.Length > 0 ? errors : [$"{project} does not build:\n{built.Output}"];
            }
        }

        return [];
    }

    private string Describe(Match error, Dictionary<string, string> woven, IReadOnlyCollection<Mutation> mutations)
    {
        var file = Path.GetRelativePath(Root, error.Groups["file"].Value);
        var line = int.Parse(error.Groups["line"].Value, CultureInfo.InvariantCulture);
        var at = woven.TryGetValue(file, out var text) ? Weaving.At(text, line, mutations.Where(mutation => mutation.File == file)).Select(mutation => $"[{mutation.Id}] ") : [];
        return $"{string.Concat(at)}does not compile: {file}({line}): {error.Groups["what"].Value}";
    }

    /// <summary>Writes a file where it is another: what has not changed is not built again.</summary>
    private void Write(string file, byte[] content)
    {
        var path = Path.Combine(Root, file);
        if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }
    }

    private IEnumerable<string> Files() => Below(Root).Select(path => Path.GetRelativePath(Root, path));

    private static IEnumerable<string> Below(string folder) => Directory.EnumerateFiles(folder)
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => Path.GetFileName(inner) != "artifacts").SelectMany(Below));

    [GeneratedRegex(@"^\s*(?<file>[^\n(]+)\((?<line>\d+),\d+\): error (?<what>[^\n\[]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorLine();
}
