using System.Diagnostics;
using System.Globalization;
using Portage.Testing;

namespace Portage.Fuzz;

/// <summary>Gives every parser of the data plane damaged inputs, for as long as one likes.</summary>
internal static class Program
{
    private const string Help = """
        tests/fuzz [TARGET…] [--seconds N] [--seed N] [--list]
        Damages what real servers wrote, and gives it to the parsers. A parser may refuse it with its own exceptions, and must end, without memory
        that the input does not account for. What it does beside that is printed, and its input kept in artifacts/fuzz.
          TARGET…      only targets whose names begin so, as lucene.fdt or decoder
          --seconds N  of each target; 60 otherwise
          --seed N     other damage than that of 1
          --list       shows the targets
        Exit code 0 when nothing was found, 1 when something was, 2 when there are no fixtures.
        """;

    private static async Task<int> Main(string[] arguments)
    {
        var (names, seconds, seed, isList) = (new List<string>(), 60, 1, false);
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--seconds" when i + 1 < arguments.Length:
                    seconds = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--seed" when i + 1 < arguments.Length:
                    seed = int.Parse(arguments[++i], CultureInfo.InvariantCulture);
                    break;
                case "--list":
                    isList = true;
                    break;
                case var other when other.StartsWith('-'):
                    await Console.Out.WriteLineAsync(Help);
                    return other is "--help" or "-h" ? 0 : 2;
                case var name:
                    names.Add(name);
                    break;
            }
        }

        if (await Seeds.LoadAsync() is not { } targets)
        {
            await Console.Error.WriteLineAsync("error: no fixtures: neither PORTAGE_FIXTURES nor ../shared/fixtures exists.");
            return 2;
        }

        var found = 0;
        foreach (var target in targets.Where(target => names.Count == 0 || names.Any(name => target.Name.StartsWith(name, StringComparison.Ordinal))))
        {
            if (isList)
            {
                await Console.Out.WriteLineAsync($"{target.Name}, {target.Seeds.Count} seeds");
                continue;
            }

            var started = Stopwatch.GetTimestamp();
            var run = new FuzzRun(target, seed);
            var finding = run.Run(_ => Stopwatch.GetElapsedTime(started).TotalSeconds < seconds);
            await Console.Out.WriteLineAsync($"{target.Name}: {run.Rounds:N0} inputs, {run.Heard:N0} different refusals, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s{(finding is null ? "" : $"\n  FOUND {finding}")}");
            if (finding is not null)
            {
                found++;
                var folder = Path.Combine(Checkout.Root, "artifacts", "fuzz");
                Directory.CreateDirectory(folder);
                await File.WriteAllBytesAsync(Path.Combine(folder, finding.FileName), finding.Input);
            }
        }

        return found == 0 ? 0 : 1;
    }
}
