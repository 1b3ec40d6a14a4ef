using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Portage.Mutations;

/// <summary>Reads the lists, and says where they no longer fit the code.</summary>
/// <remarks>
/// A list is a file <c>Lists/AREA.txt</c>. Lines that begin with <c>#</c>, and empty ones, are for people. Each mutation:
/// <code>
/// [17] the mistake in a few words
/// file: src/Portage.X/Y.cs
/// tests: X.Tests ClassOfTests OtherTests.One_Method_Only
/// - the text that stands there
/// + what takes its place, with MUTANT for the question whether the mistake is made
/// redundant: why no test can see it
/// </code>
/// There may be several lines of <c>-</c>, of <c>+</c>, which are one text each, and of <c>tests</c>, which are asked one after the other.
/// The last line is only where a mutation is not counted.
/// </remarks>
internal static partial class MutationList
{
    /// <summary>The folder of the lists, relative to a checkout.</summary>
    public const string Folder = "tests/Portage.Mutations/Lists";

    /// <summary>Every mutation, by area and number.</summary>
    /// <exception cref="FormatException">A list is not written as above.</exception>
    public static IReadOnlyList<Mutation> Read(string root) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(root, Folder), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(file => Parse(Path.GetFileNameWithoutExtension(file), File.ReadAllLines(file))),
    ];

    /// <summary>Reads one list.</summary>
    public static IEnumerable<Mutation> Parse(string area, IReadOnlyList<string> lines)
    {
        var found = new List<Mutation>();
        var block = new List<string>();
        foreach (var line in lines.Where(line => line.Length > 0 && line[0] != '#').Append("[end]"))
        {
            if (line[0] == '[')
            {
                if (block.Count > 0)
                {
                    found.Add(ParseBlock(area, block));
                }

                block.Clear();
            }

            block.Add(line);
        }

        return found;
    }

    /// <summary>What is wrong with the list, a line each: texts that are not found exactly once, tests that are not there.</summary>
    public static IReadOnlyList<string> Problems(string root, IReadOnlyList<Mutation> mutations)
    {
        var problems = new List<string>();
        problems.AddRange(mutations.GroupBy(mutation => mutation.Id).Where(same => same.Count() > 1).Select(same => $"[{same.Key}] stands there {same.Count()} times"));
        foreach (var mutation in mutations)
        {
            var place = $"{mutation.Area} [{mutation.Id}]";
            var path = Path.Combine(root, mutation.File);
            var count = File.Exists(path) ? CountOf(mutation.Text, File.ReadAllText(path)) : -1;
            if (count != 1)
            {
                problems.Add($"{place}: {mutation.File} {(count < 0 ? "is not there" : $"has its text {count} times; a mutation applies at one place")}");
            }

            if (!mutation.Replacement.Contains(Mutation.Switch, StringComparison.Ordinal))
            {
                problems.Add($"{place}: no {Mutation.Switch} in its replacement");
            }

            if (mutation.Tests.IsEmpty)
            {
                problems.Add($"{place}: no tests");
            }

            problems.AddRange(
                from tests in mutation.Tests
                from name in tests.Names
                where !IsThere(Path.Combine(root, tests.Folder), name)
                select $"{place}: {tests.Project} has no {name}");
        }

        return problems;
    }

    private static Mutation ParseBlock(string area, List<string> block)
    {
        var head = Head().Match(block[0]);
        if (!head.Success)
        {
            throw new FormatException($"{area}: '{block[0]}' is not of the form [17] what");
        }

        var place = $"{area} [{head.Groups["id"].Value}]";
        var odd = block.Skip(1).FirstOrDefault(line => !Line().IsMatch(line));
        if (odd is not null)
        {
            throw new FormatException($"{place}: '{odd}' begins with none of file:, tests:, redundant:, '- ' and '+ '");
        }

        return new(
            int.Parse(head.Groups["id"].Value, CultureInfo.InvariantCulture),
            area,
            head.Groups["what"].Value,
            Values("file: ").Single(),
            string.Join('\n', Values("- ")),
            string.Join('\n', Values("+ ")),
            [.. Values("tests: ").Select(line => line.Split(' ')).Select(words => new TestSelection(words[0], [.. words.Skip(1)]))],
            Values("redundant: ").SingleOrDefault());

        IEnumerable<string> Values(string begin) => block.Where(line => line.StartsWith(begin, StringComparison.Ordinal)).Select(line => line[begin.Length..]);
    }

    private static int CountOf(string text, string content)
    {
        var count = 0;
        for (var at = content.IndexOf(text, StringComparison.Ordinal); at >= 0; at = content.IndexOf(text, at + 1, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static bool IsThere(string folder, string name)
    {
        var parts = name.Split('.');
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).Any(text =>
            text.Contains($" class {parts[0]}", StringComparison.Ordinal) && (parts.Length == 1 || text.Contains($" {parts[1]}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^\[(?<id>\d+)\] (?<what>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex("^(file: |tests: |redundant: |- |\\+ )", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
