using System.Globalization;
using System.Runtime.CompilerServices;
using Portage.Backends.Embedded;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Steps;
using Portage.Testing;

namespace Portage.Bench.Benches;

/// <summary>How long a person waits for <c>plan</c> and <c>status</c>.</summary>
internal static class VerbsBench
{
    private const int Times = 25;
    private const double LimitMilliseconds = 250;

    public static Measuring.Bench Bench { get; } = new("verbs", "plan and status of 1,000 steps, whole process", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var configuration = Homes.ThousandSteps(Homes.UnpackSample(folder.Path));
        var fresh = await Homes.ConfigureAsync(folder["fresh"], configuration, StepCatalog.Planner, cancellationToken);
        var done = await Homes.ConfigureAsync(folder["done"], configuration, StepCatalog.Planner, cancellationToken);
        await Homes.RunAsync(done, StepCatalog.Planner, Homes.InstantSteps, cancellationToken);
        var events = SqliteLedger.LastSequence(done.Ledger);

        var program = Path.Combine(Checkout.Root, "artifacts", "workflow", "workflow");
        var script = Path.Combine(Checkout.Root, "workflow");
        (string Name, string Limit, Home Home, string[] Command, string MustSay)[] verbs =
        [
            ("`workflow plan`, 1,000 steps to create", "< 250 ms", fresh, [program, "plan"], "1000 to create"),
            (string.Create(CultureInfo.InvariantCulture, $"`workflow plan`, 1,000 steps done, {events:N0} events"), "< 250 ms", done, [program, "plan"], "1000 to keep"),
            (string.Create(CultureInfo.InvariantCulture, $"`workflow status`, 1,000 steps done, {events:N0} events"), "< 250 ms", done, [program, "status"], "(1000)"),
            ("`workflow --version`, for comparison", "", fresh, [program, "--version"], "."),
            ("the same through the script of the checkout", "", fresh, [script, "--version"], "."),
        ];

        // In turns, so that what else the machine does meets all of them alike.
        var runs = verbs.Select(_ => new List<ChildRun>()).ToArray();
        for (var time = -1; time < Times; time++)
        {
            for (var i = 0; i < verbs.Length; i++)
            {
                var run = await Child.MustRunAsync(folder.Path, new Dictionary<string, string> { [Home.Variable] = verbs[i].Home.Path }, cancellationToken, verbs[i].Command);
                if (!run.Output.Contains(verbs[i].MustSay, StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"{verbs[i].Name} does not say '{verbs[i].MustSay}':\n{run.Output}");
                }

                if (time >= 0)
                {
                    runs[i].Add(run);
                }
            }
        }

        for (var i = 0; i < verbs.Length; i++)
        {
            var wall = new Samples(runs[i].Select(run => run.Milliseconds));
            var cpu = new Samples(runs[i].Select(run => run.CpuSeconds * 1_000));
            yield return new(
                verbs[i].Name,
                verbs[i].Limit,
                $"{wall.Text("ms")}; CPU {cpu.Text("ms")}",
                verbs[i].Limit.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{wall.Median / LimitMilliseconds:0.00} of the limit"),
                verbs[i].Limit.Length == 0 ? null : wall.Median < LimitMilliseconds);
        }
    }
}
