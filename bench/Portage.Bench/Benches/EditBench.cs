using System.Globalization;
using System.Runtime.CompilerServices;
using Portage.Backends.Embedded;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Steps;
using Portage.Testing;

namespace Portage.Bench.Benches;

/// <summary>How long a person waits for what an edit would do.</summary>
internal static class EditBench
{
    private const int Times = 5;
    private const int Slices = 3_000;
    private const double LimitMilliseconds = 1_000;

    public static Measuring.Bench Bench { get; } = new("edit", "an edit and its plan at 9,000 steps, whole processes", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var home = await Homes.ConfigureAsync(folder["home"], Homes.Slices(Homes.UnpackSample(folder.Path), Slices), StepCatalog.Planner, cancellationToken);
        await Homes.RunAsync(home, StepCatalog.Planner, Homes.InstantSteps, cancellationToken);
        var program = Path.Combine(Checkout.Root, "artifacts", "workflow", "workflow");
        var (edits, plans) = (new List<ChildRun>(), new List<ChildRun>());
        for (var time = 0; time < Times; time++)
        {
            edits.Add(await RunAsync("configure", "update", "migrations.shop.slices.orders-00007.backfill.workers", $"{time + 3}"));
            var plan = await RunAsync("plan", "--pending");
            plans.Add(plan);
            if (!plan.Output.Contains("1 to update", StringComparison.Ordinal) && !plan.Output.Contains("9001 to keep", StringComparison.Ordinal))
            {
                throw new InvalidOperationException(plan.Output);
            }
        }

        var both = new Samples(edits.Zip(plans, (edit, plan) => edit.Milliseconds + plan.Milliseconds));
        yield return new(
            string.Create(CultureInfo.InvariantCulture, $"`workflow configure update` and `workflow plan --pending`, {(Slices * 3) + 1:N0} steps done"),
            "< 1,000 ms together",
            $"{both.Text("ms")}; CPU {new Samples(edits.Zip(plans, (edit, plan) => (edit.CpuSeconds + plan.CpuSeconds) * 1_000)).Text("ms")}",
            string.Create(CultureInfo.InvariantCulture, $"{both.Median / LimitMilliseconds:0.00} of the limit"),
            both.Median < LimitMilliseconds);
        yield return new("the edit alone", "", $"CPU {new Samples(edits.Select(run => run.CpuSeconds * 1_000)).Text("ms")}", "", null);
        yield return new("the plan alone", "", $"CPU {new Samples(plans.Select(run => run.CpuSeconds * 1_000)).Text("ms")}", "", null);

        Task<ChildRun> RunAsync(params string[] words) =>
            Child.MustRunAsync(folder.Path, new Dictionary<string, string> { [Home.Variable] = home.Path }, cancellationToken, [program, .. words]);
    }
}
