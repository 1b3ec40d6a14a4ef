using System.Globalization;
using System.Runtime.CompilerServices;
using Portage.Backends.Embedded;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Steps;
using Portage.Testing;

namespace Portage.Bench.Benches;

/// <summary>A run of 9,000 steps to its end: what the controller costs, and what memory it has at most.</summary>
internal static class ControllerBench
{
    public const string Verb = "carry-out";

    private const int Slices = 3_000;
    private const double LimitMegabytes = 150;

    public static Measuring.Bench Bench { get; } = new("controller", "3,000 slices carried out by the real controller and ledger, with work that takes no time", MeasureAsync);

    /// <summary>Carries out what is configured, in a process of its own, and says what it took.</summary>
    public static async Task RunAsync(string folder, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        await Homes.RunAsync(new Home(folder), StepCatalog.Planner, Homes.InstantSteps, cancellationToken);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(since).TotalSeconds:0.0} {Child.StatusBytes("VmHWM")}"));
    }

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        var home = await Homes.ConfigureAsync(folder["home"], Homes.Slices(Homes.UnpackSample(folder.Path), Slices), StepCatalog.Planner, cancellationToken);

        // In the surroundings in which a controller is started.
        var surroundings = new Dictionary<string, string> { [ProcessWorkloads.YoungestVariable] = ControllerHost.YoungestBytes.ToString("x", CultureInfo.InvariantCulture) };
        var run = await Child.RunAsync(null, surroundings, cancellationToken, Environment.ProcessPath!, Verb, home.Path);
        if (run.ExitCode != 0)
        {
            throw new InvalidOperationException(run.Error);
        }

        var session = HomeState.Of(SqliteLedger.ReadAfter(home.Ledger, 0)).Sessions[HomeState.DefaultSession];
        var isDone = session.Runs[^1].Outcome == RunOutcome.Done && session.Steps.Values.All(step => step.State == StepState.Complete);
        var megabytes = double.Parse(run.Output.Split(' ')[1], CultureInfo.InvariantCulture) / 1e6;
        yield return new(
            string.Create(CultureInfo.InvariantCulture, $"memory of the controller, a run of {session.Steps.Count:N0} steps"),
            "< 150 MB",
            string.Create(CultureInfo.InvariantCulture, $"at most {megabytes:0} MB"),
            string.Create(CultureInfo.InvariantCulture, $"{megabytes / LimitMegabytes:0.00} of the limit"),
            megabytes < LimitMegabytes);
        yield return new(
            "the run itself",
            "every step complete",
            string.Create(CultureInfo.InvariantCulture, $"{run.Output.Split(' ')[0]} s; CPU {run.CpuSeconds:0.0} s"),
            string.Create(CultureInfo.InvariantCulture, $"{run.CpuSeconds * 1_000 / session.Steps.Count:0.00} ms of CPU a step"),
            isDone);
    }
}
