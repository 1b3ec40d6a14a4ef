using System.Globalization;
using Portage.Testing;

namespace Portage.Mutations;

/// <summary>Says which mistakes the tests would see.</summary>
internal static class Program
{
    private const string Help = """
        tests/mutate [ID…] [--area NAME]… [--list] [--record]
        Makes mistakes in a copy of the code, one at a time, and says which of them a test sees.
          ID…           only these
          --area NAME   only those of this list, as Clusters
          --list        shows what there is, and makes nothing
          --record      writes tests/Portage.Mutations/results.md; only where all are measured
        Exit code 0 when every mistake is seen, or is said to be redundant; 1 when not; 2 when nothing can be said.
        """;

    private static async Task<int> Main(string[] arguments)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // What was started is ended on the way out.
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        if (arguments is ["--help" or "-h" or "-?", ..])
        {
            await Console.Out.WriteLineAsync(Help);
            return 0;
        }

        try
        {
            return await RunAsync(Wanted.Parse(arguments), interrupted.Token);
        }
        catch (Exception e) when (e is FormatException or UnmeasurableException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}");
            return 2;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 130;
        }
    }

    private static async Task<int> RunAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        var all = MutationList.Read(Checkout.Root);
        if (MutationList.Problems(Checkout.Root, all) is { Count: > 0 } problems)
        {
            throw new UnmeasurableException(string.Join('\n', problems));
        }

        var chosen = wanted.Of(all);
        if (wanted.IsList)
        {
            foreach (var mutation in chosen)
            {
                await Console.Out.WriteLineAsync($"{mutation.Id,4}  {mutation.Area,-14} {mutation.What}  ({mutation.File[4..]}; {string.Join("; ", mutation.Tests)})");
            }

            return 0;
        }

        var checkout = await ScratchCheckout.CopyAsync(cancellationToken);
        var verdicts = await new Measurement(checkout, Console.Out).RunAsync(Checkout.Root, chosen, cancellationToken);
        foreach (var area in verdicts.GroupBy(verdict => verdict.Mutation.Area))
        {
            await Console.Out.WriteLineAsync($"{area.Key,-14} {Score.Of(area)}");
        }

        await Console.Out.WriteLineAsync($"{"all",-14} {Score.Of(verdicts)}");
        foreach (var seen in verdicts.Where(verdict => verdict.IsWrong && verdict.KilledBy is not null))
        {
            await Console.Out.WriteLineAsync($"[{seen.Mutation.Id}] is said to be redundant, and {seen.KilledBy} sees it");
        }

        if (wanted.IsRecord)
        {
            var head = await Running.RunAsync(Checkout.Root, new Dictionary<string, string>(), TimeSpan.FromMinutes(1), cancellationToken, "git", "rev-parse", "--short", "HEAD");
            var page = ResultsPage.Write(verdicts, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), head.Output.Trim());
            await File.WriteAllTextAsync(Path.Combine(Checkout.Root, ResultsPage.Name), page, cancellationToken);
        }

        return verdicts.Any(verdict => verdict.IsWrong) ? 1 : 0;
    }

    /// <summary>What the command line asks for.</summary>
    private sealed record Wanted(IReadOnlySet<int> Ids, IReadOnlySet<string> Areas, bool IsList, bool IsRecord)
    {
        public static Wanted Parse(string[] arguments)
        {
            var (ids, areas, isList, isRecord) = (new HashSet<int>(), new HashSet<string>(StringComparer.Ordinal), false, false);
            for (var i = 0; i < arguments.Length; i++)
            {
                switch (arguments[i])
                {
                    case "--list":
                        isList = true;
                        break;
                    case "--record":
                        isRecord = true;
                        break;
                    case "--area" when i + 1 < arguments.Length:
                        areas.Add(arguments[++i]);
                        break;
                    case var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id):
                        ids.Add(id);
                        break;
                    case var text:
                        throw new FormatException($"'{text}' is none of the arguments; --help lists them");
                }
            }

            return isRecord && (ids.Count > 0 || areas.Count > 0 || isList)
                ? throw new FormatException("--record needs all mutations to be measured")
                : new(ids, areas, isList, isRecord);
        }

        public IReadOnlyList<Mutation> Of(IReadOnlyList<Mutation> all)
        {
            string[] unknown = [.. Ids.Except(all.Select(mutation => mutation.Id)).Select(id => $"{id}"), .. Areas.Except(all.Select(mutation => mutation.Area))];
            return unknown.Length > 0
                ? throw new FormatException($"no mutation or area {string.Join(", ", unknown)}")
                : Ids.Count == 0 && Areas.Count == 0 ? all : [.. all.Where(mutation => Ids.Contains(mutation.Id) || Areas.Contains(mutation.Area))];
        }
    }
}
