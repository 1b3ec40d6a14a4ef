using Portage.Bench.Benches;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Testing;

namespace Portage.Bench;

/// <summary>Measures what is asked for, prints it, and writes the page of results when everything was measured.</summary>
internal static class Program
{
    private static readonly (Measuring.Bench Bench, bool NeedsData)[] All =
    [
        (VerbsBench.Bench, false),
        (LightStepBench.Bench, false),
        (DecisionBench.Bench, false),
        (EditBench.Bench, false),
        (ControllerBench.Bench, false),
        (TransformBench.Bench, false),
        (ScanBench.Bench, true),
        (MoveBench.Bench, true),
    ];

    private static async Task<int> Main(string[] arguments)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // Servers and folders are cleaned up on the way out.
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        switch (arguments)
        {
            case [ScanBench.ScanVerb, var index]:
                await ScanBench.ScanAsync(index, interrupted.Token);
                return 0;
            case [ScanBench.InflateVerb, var index]:
                await ScanBench.InflateAsync(index, interrupted.Token);
                return 0;
            case [ControllerBench.Verb, var folder]:
                await ControllerBench.RunAsync(folder, interrupted.Token);
                return 0;
            case [NullBulkServer.Verb]:
                await NullBulkServer.ServeAsync(interrupted.Token);
                return 0;
            case ["--help" or "-h" or "-?", ..]:
                Help(Console.Out);
                return 0;
            default:
                return await MeasureAsync(arguments, interrupted.Token);
        }
    }

    private static void Help(TextWriter output)
    {
        output.WriteLine("bench/run [NAME…] measures, in one run, what Portage promises about speed, as ratios against a limit or a peer:");
        foreach (var (bench, needsData) in All)
        {
            output.WriteLine($"  {bench.Name,-12}{bench.About}{(needsData ? " *" : "")}");
        }

        output.WriteLine("* reads 3 GB that a real Elasticsearch 7.10 makes the first time, in some minutes, and that stay in artifacts/bench.");
        output.WriteLine($"Without a name: all of them, and the results go to bench/results/{Machine.Name}. Exit code 1 when a limit is not kept.");
    }

    private static async Task<int> MeasureAsync(string[] names, CancellationToken cancellationToken)
    {
        if (names.FirstOrDefault(name => All.All(known => known.Bench.Name != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"error: there is no bench '{unknown}'");
            Help(Console.Error);
            return 2;
        }

        var at = TimeProvider.System.GetUtcNow();
        var machine = await Machine.FactsAsync(cancellationToken);
        var results = new List<(Measuring.Bench, IReadOnlyList<Figure>, string?)>();
        foreach (var (bench, needsData) in All.Where(known => names.Length == 0 || names.Contains(known.Bench.Name)))
        {
            await Console.Error.WriteLineAsync($"{bench.Name}: {bench.About}");
            var figures = new List<Figure>();
            var whyNot = needsData ? BenchData.WhyNot : null;
            if (whyNot is null)
            {
                await foreach (var figure in bench.MeasureAsync(cancellationToken))
                {
                    figures.Add(figure);
                    await Console.Error.WriteLineAsync($"  {figure.Name}: {figure.Measured}{(figure.Ratio.Length > 0 ? $"; {figure.Ratio}" : "")}{(figure.IsKept == false ? $" — the limit is {figure.Limit}" : "")}");
                }
            }

            results.Add((bench, figures, whyNot));
        }

        var page = ResultsPage.Of(at, machine, results);
        await Console.Out.WriteAsync(page);
        if (names.Length == 0)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Checkout.Root, "bench", "results", Machine.Name));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, $"{at:yyyy-MM-dd}.md"), page, cancellationToken);
        }

        return results.Any(result => result.Item2.Any(figure => figure.IsKept == false)) ? 1 : 0;
    }
}
