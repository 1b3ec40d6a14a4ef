using System.Diagnostics;
using System.IO.Compression;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Sandbox;

namespace Portage.Cli.Demo;

/// <summary>
/// Tells the main job from end to end: real verbs as processes of their own, a real snapshot of a real server, and a sandbox
/// in this process as the target. Kills the controller and the worker in the middle, to show that it does not matter.
/// </summary>
internal sealed class Story(Verb verb, DemoFolder demo, SandboxCluster cluster)
{
    // Slow enough that there is a middle to kill it in.
    private static readonly TimeSpan BulkDelay = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly Home _home = new(Path.Combine(demo.Path, Home.FolderName));

    public static async Task<int> TellAsync(Verb verb, bool keep, CancellationToken cancellationToken)
    {
        foreach (var swept in await DemoFolder.SweepAsync(home => Processes(home, verb.Time).Any(), verb.Time, cancellationToken))
        {
            await verb.Terminal.Out.WriteLineAsync($"Deleted {swept}, which a demo that was killed had left.");
        }

        using var folder = DemoFolder.Make(keep);
        await using var cluster = await SandboxCluster.StartAsync(new SandboxOptions(), cancellationToken);
        var story = new Story(verb, folder, cluster);
        try
        {
            return await story.TellAsync(cancellationToken);
        }
        finally
        {
            story.EndControllers();
            if (keep)
            {
                await verb.Terminal.Out.WriteLineAsync($"Kept {folder.Path}.");
            }
        }
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        Unpack();
        await SayAsync($"A snapshot of an Elasticsearch 7.10 (shipped with Portage) and an empty OpenSearch (a sandbox at {cluster.Endpoint}).");
        await RunAsync(cancellationToken, "snapshot", "list", "--repository", Repository);
        await SayAsync("Declare where the data should end up. Nothing happens yet.");
        await File.WriteAllTextAsync(Path.Combine(demo.Path, "demo.yaml"), Configuration(), cancellationToken);
        foreach (var line in Configuration().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await verb.Terminal.Out.WriteLineAsync($"    {line}");
        }

        if (await RunAsync(cancellationToken, "configure", "--file", "demo.yaml") != ExitCode.Done
            || await RunAsync(cancellationToken, "configure", "commit") != ExitCode.Done)
        {
            return ExitCode.Failed;
        }

        await SayAsync("Start it. It stops where a person should look: the metadata has been tried on the target, and nothing is created yet.");
        if (await RunAsync(cancellationToken, "start", "--attach") != ExitCode.WaitsForApproval)
        {
            return ExitCode.Failed;
        }

        cluster.Faults.DelayPerBulk = BulkDelay;
        if (await RunAsync(cancellationToken, "approve", "--all", "--comment", "looks right") != ExitCode.Done)
        {
            return ExitCode.Failed;
        }

        if (!await WaitForBulkAsync(cancellationToken))
        {
            await RunAsync(cancellationToken, "status");
            return ExitCode.Failed;
        }

        await SayAsync("In the middle of the backfill, kill -9 for the controller and the worker:");
        await RunAsync(cancellationToken, "status");
        Kill();
        await RunAsync(cancellationToken, "status");
        cluster.Faults.DelayPerBulk = TimeSpan.Zero;
        await SayAsync("Start again: it goes on from the last acknowledged document.");
        if (await RunAsync(cancellationToken, "start", "--attach") != ExitCode.Done)
        {
            return ExitCode.Failed;
        }

        await RunAsync(cancellationToken, "status");
        await SayAsync("Start once more: there is nothing to do, and it says so.");
        await RunAsync(cancellationToken, "start");
        await SayAsync("Every document arrived, and was compared by id and content. What you could do next:");
        await verb.Terminal.Out.WriteLineAsync(
            """
                workflow snapshot list --repository /your/snapshots     what is in a repository of yours
                workflow configure sample > mine.yaml                   a commented configuration to begin with
                workflow configure --file mine.yaml && workflow plan --pending
                workflow sandbox start                                  a cluster to play with
            """);
        return ExitCode.Done;
    }

    private string Repository => Path.Combine(demo.Path, "repository");

    private string Configuration() => $$"""
        targets:
          blue:
            endpoint: {{cluster.Endpoint}}
        migrations:
          shop:
            snapshots:
              main:
                repository: { file: { path: {{Repository}} } }
                existing: nightly
            slices:
              orders:
                indices: { include: ["orders-*", "customers"] }
                backfill: { workers: 1, connections: 1, operationCountMax: 100 }

        """;

    private void Unpack()
    {
        using var sample = typeof(Story).Assembly.GetManifestResourceStream("Portage.Cli.Demo.sample.zip")
            ?? throw new InvalidOperationException("The sample snapshot is missing from this build.");
        ZipFile.ExtractToDirectory(sample, Repository);
    }

    private async Task SayAsync(string text) => await verb.Terminal.Out.WriteLineAsync($"\n{verb.Terminal.Paint($"# {text}", Ink.Cyan)}");

    /// <summary>Runs a verb as a process of its own, as a person would.</summary>
    private async Task<int> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        await verb.Terminal.Out.WriteLineAsync(verb.Terminal.Paint($"$ workflow {string.Join(' ', arguments.Select(argument => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument.Replace(demo.Path, "…", StringComparison.Ordinal)))}", Ink.Bold));
        await verb.Terminal.Out.FlushAsync(cancellationToken);
        var start = new ProcessStartInfo(Verb.Program[0]) { UseShellExecute = false, WorkingDirectory = demo.Path, RedirectStandardInput = true };
        foreach (var argument in Verb.Program.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[Home.Variable] = _home.Path;
        start.Environment[DemoFolder.Variable] = demo.Lock;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return process.ExitCode;
    }

    /// <summary>Waits until documents are on the target, but not all of them.</summary>
    /// <returns>False when the run stands still before that.</returns>
    private async Task<bool> WaitForBulkAsync(CancellationToken cancellationToken)
    {
        var access = new HomeAccess(_home, Steps.StepCatalog.Planner, verb.Time);
        while (cluster.Requests.Bulks < 2)
        {
            var session = access.Read().Sessions.Values.Single();
            if (session.ActiveRun is null || session.Steps.Values.Any(step => step.OpenReview is not null))
            {
                return false;
            }

            await Task.Delay(LookInterval, verb.Time, cancellationToken);
        }

        return true;
    }

    private void Kill()
    {
        foreach (var process in Processes(_home, verb.Time))
        {
            verb.Terminal.Out.WriteLine(verb.Terminal.Paint($"$ kill -9 {process}", Ink.Bold));
            using var killed = Process.GetProcessById(process);
            killed.Kill();
            killed.WaitForExit();
        }
    }

    private void EndControllers()
    {
        foreach (var process in Processes(_home, verb.Time))
        {
            using var killed = Process.GetProcessById(process);
            killed.Kill();
            killed.WaitForExit();
        }
    }

    /// <summary>The controller first, so that it does not start another worker.</summary>
    private static IEnumerable<int> Processes(Home home, TimeProvider time)
    {
        if (new HomeAccess(home, Steps.StepCatalog.Planner, time).FindController() is { } controller)
        {
            yield return controller.Process;
        }

        var work = Path.Combine(home.Path, "work", "default");
        foreach (var path in Directory.Exists(work) ? Directory.EnumerateDirectories(work) : [])
        {
            if (new WorkFolder(path).LivingWorker is { } worker)
            {
                yield return worker;
            }
        }
    }
}
