using System.CommandLine;
using Portage.Backends.Embedded;
using Portage.Cli.Shell;
using Portage.Steps;

namespace Portage.Cli.Workers;

/// <summary>What this program is started as in the background.</summary>
internal static class HiddenCommands
{
    public static IEnumerable<Command> Make(Terminal terminal)
    {
        var home = new Argument<string>("home");
        var controller = new Command("controller", "Carry out the runs of a home.") { home };
        controller.Hidden = true;
        Verb.Does(controller, terminal, async (verb, cancellationToken) =>
        {
            var at = new Home(verb.Parsed.GetValue(home)!);
            using var logs = Verb.Logs(at, "controller");
            var host = new ControllerHost(at, StepCatalog.Steps, StepCatalog.Planner, Verb.Program, Environment.GetEnvironmentVariable, verb.Time, logs.CreateLogger("controller"));
            return await host.RunAsync(cancellationToken);
        });

        var folder = new Argument<string>("folder");
        var token = new Argument<long>("token");
        var worker = new Command("worker", "Work on one step.") { folder, token };
        worker.Hidden = true;
        Verb.Does(worker, terminal, async (verb, cancellationToken) =>
        {
            var path = verb.Parsed.GetValue(folder)!;

            // <home>/work/<session>/<step>
            var at = new Home(Path.GetFullPath(Path.Combine(path, "..", "..", "..")));
            using var logs = Verb.Logs(at, "worker");
            var host = new WorkerHost(StepCatalog.Steps, new LocalSecrets(at, Environment.GetEnvironmentVariable), verb.Time, logs.CreateLogger("worker"), Verb.Program);
            return await host.RunAsync(path, verb.Parsed.GetValue(token), cancellationToken);
        });

        var helper = new Command("helper", "Help a worker, over the standard streams.") { folder, token };
        helper.Hidden = true;
        Verb.Does(helper, terminal, async (verb, cancellationToken) =>
        {
            var path = verb.Parsed.GetValue(folder)!;
            var at = new Home(Path.GetFullPath(Path.Combine(path, "..", "..", "..")));
            using var logs = Verb.Logs(at, "worker");
            var host = new WorkerHost(StepCatalog.Steps, new LocalSecrets(at, Environment.GetEnvironmentVariable), verb.Time, logs.CreateLogger("worker"));
            await using var from = Console.OpenStandardInput();
            await using var to = Console.OpenStandardOutput();
            return await host.HelpAsync(path, verb.Parsed.GetValue(token), from, to, cancellationToken);
        });
        return [controller, worker, helper];
    }
}
