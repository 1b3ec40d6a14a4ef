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
    private const int Times = 15;
    private const double LimitAtThousand = 2.5;
    private const double LimitAtTenThousand = 8;

    public static Measuring.Bench Bench { get; } = new("verbs", "plan and status of 1,000 and of 10,000 steps, whole process, against --version", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var repository = Homes.UnpackSample(folder.Path);
        var program = Path.Combine(Checkout.Root, "artifacts", "workflow", "workflow");
        var verbs = new List<(string Name, double? Limit, Home Home, string[] Command, string MustSay)>();
        foreach (var (thousands, limit) in ((int, double)[])[(1, LimitAtThousand), (10, LimitAtTenThousand)])
        {
            var configuration = Homes.ThousandSteps(repository, thousands);
            var steps = string.Create(CultureInfo.InvariantCulture, $"{thousands},000 steps");
            var fresh = await Homes.ConfigureAsync(folder[$"fresh-{thousands}"], configuration, StepCatalog.Planner, cancellationToken);
            var done = await Homes.ConfigureAsync(folder[$"done-{thousands}"], configuration, StepCatalog.Planner, cancellationToken);
            await Homes.RunAsync(done, StepCatalog.Planner, Homes.InstantSteps, cancellationToken);
            var events = string.Create(CultureInfo.InvariantCulture, $"{SqliteLedger.LastSequence(done.Ledger):N0} events");
            verbs.Add(($"`workflow plan`, {steps} to create", limit, fresh, [program, "plan"], $"{thousands}000 to create"));
            verbs.Add(($"`workflow plan`, {steps} done, {events}", limit, done, [program, "plan"], $"{thousands}000 to keep"));
            verbs.Add(($"`workflow status`, {steps} done, {events}", limit, done, [program, "status"], "Complete (6)"));
        }

        verbs.Add(("`workflow --version`, for comparison", null, verbs[0].Home, [program, "--version"], "."));
        verbs.Add(("the same through the script of the checkout", null, verbs[0].Home, [Path.Combine(Checkout.Root, "workflow"), "--version"], "."));

        // In turns, so that what else the machine does meets all of them alike.
        var runs = verbs.Select(_ => new List<ChildRun>()).ToArray();
        for (var time = -1; time < Times; time++)
        {
            for (var i = 0; i < verbs.Count; i++)
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

        var version = new Samples(runs[^2].Select(run => run.CpuSeconds)).Median;
        for (var i = 0; i < verbs.Count; i++)
        {
            // CPU time: what else the machine does adds to the wall time of whoever it meets.
            var wall = new Samples(runs[i].Select(run => run.Milliseconds));
            var cpu = new Samples(runs[i].Select(run => run.CpuSeconds * 1_000));
            var ratio = cpu.Median / 1_000 / version;
            yield return new(
                verbs[i].Name,
                verbs[i].Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"≤ {limit} × `--version`") : "",
                $"{wall.Text("ms")}; CPU {cpu.Text("ms")}",
                verbs[i].Limit is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0} × `--version`"),
                verbs[i].Limit is { } most ? ratio <= most : null);
        }
    }
}
