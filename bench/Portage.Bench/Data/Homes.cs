using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portage.Backends.Embedded;
using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Engine.Ports;
using Portage.Engine.Running;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps;
using Portage.Testing;

namespace Portage.Bench.Data;

/// <summary>Home directories with what the engine itself wrote into them.</summary>
internal static class Homes
{
    private const string By = "bench";
    private const int Sources = 40;
    private const int TargetsOfEach = 4;

    /// <summary>Unpacks the snapshot that the demo moves: small and real.</summary>
    public static string UnpackSample(string folder)
    {
        var repository = Path.Combine(folder, "repository");
        ZipFile.ExtractToDirectory(Path.Combine(Checkout.Root, "src", "Portage.Cli", "Demo", "sample.zip"), repository);
        return repository;
    }

    /// <summary>40 sources with a snapshot each, and 2 slices of it to 4 targets: 40 × (1 + 2 × 4 × 3) = 1,000 steps; the same again for each further thousand.</summary>
    public static string ThousandSteps(string repository, int thousands = 1)
    {
        var (targets, migrations) = (new JsonObject(), new JsonObject());
        for (var source = 0; source < Sources * thousands; source++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"shop-{source:00}");
            var own = Enumerable.Range(1, TargetsOfEach).Select(target => string.Create(CultureInfo.InvariantCulture, $"{name}-blue-{target}")).ToArray();
            foreach (var target in own)
            {
                targets[target] = new JsonObject { ["endpoint"] = $"https://{target}.example:9200" };
            }

            JsonObject Slice(JsonObject indices) => new() { ["indices"] = indices, ["targets"] = new JsonArray([.. own.Select(target => (JsonNode)target)]), ["metadata"] = new JsonObject { ["approve"] = "none" } };
            migrations[name] = new JsonObject
            {
                ["snapshots"] = new JsonObject { ["main"] = new JsonObject { ["repository"] = new JsonObject { ["file"] = new JsonObject { ["path"] = repository } }, ["existing"] = "nightly" } },
                ["slices"] = new JsonObject
                {
                    ["orders"] = Slice(new JsonObject { ["include"] = new JsonArray("orders-*") }),
                    ["rest"] = Slice(new JsonObject { ["include"] = new JsonArray("*"), ["exclude"] = new JsonArray("orders-*") }),
                },
            };
        }

        return new JsonObject { ["targets"] = targets, ["migrations"] = migrations }.ToJsonString();
    }

    /// <summary>One source with one snapshot, and slices of it of one index each to one target: three steps a slice, and one.</summary>
    public static string Slices(string repository, int count)
    {
        var slices = new JsonObject();
        for (var slice = 0; slice < count; slice++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"orders-{slice:00000}");
            slices[name] = new JsonObject
            {
                ["indices"] = new JsonObject { ["include"] = new JsonArray(name) },
                ["metadata"] = new JsonObject { ["approve"] = "none" },
            };
        }

        return new JsonObject
        {
            ["targets"] = new JsonObject { ["blue"] = new JsonObject { ["endpoint"] = "https://blue.example:9200" } },
            ["migrations"] = new JsonObject
            {
                ["shop"] = new JsonObject
                {
                    ["snapshots"] = new JsonObject { ["main"] = new JsonObject { ["repository"] = new JsonObject { ["file"] = new JsonObject { ["path"] = repository } }, ["existing"] = "nightly" } },
                    ["slices"] = slices,
                },
            },
        }.ToJsonString();
    }

    /// <summary>Makes a home with a committed configuration.</summary>
    public static async Task<Home> ConfigureAsync(string path, string configuration, Planner planner, CancellationToken cancellationToken)
    {
        var home = new Home(path);
        var access = new HomeAccess(home, planner, TimeProvider.System);
        foreach (var operation in (Operation[])[new Operation.Configure(configuration, "bench.json", null) { By = By }, new Operation.Commit { By = By }])
        {
            var result = await access.PerformAsync(operation, cancellationToken);
            if (result.Events.IsEmpty)
            {
                throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Select(diagnostic => diagnostic.Detail)));
            }
        }

        return home;
    }

    /// <summary>Carries out a run of what is committed with the engine's own controller, with steps that take no time.</summary>
    public static async Task RunAsync(Home home, Planner planner, IReadOnlyDictionary<StepKind, IStep> steps, CancellationToken cancellationToken)
    {
        var started = await new HomeAccess(home, planner, TimeProvider.System).PerformAsync(new Operation.Start(null) { By = By }, cancellationToken);
        if (started.Events.IsEmpty)
        {
            throw new InvalidOperationException(string.Join('\n', started.Diagnostics.Select(diagnostic => diagnostic.Detail)));
        }

        await using var ledger = SqliteLedger.Open(home.Ledger, TimeProvider.System);
        var ports = new ControllerPorts
        {
            Steps = steps,
            Workloads = new InstantWorkloads(),
            Secrets = new NoSecrets(),
            Folders = new WorkFolders(home, TimeProvider.System),
            Troubles = new TroubleFile(home),
            Processors = Environment.ProcessorCount,
        };
        var controller = new Controller(ledger, HomeState.Of(ledger.Read(0)), planner, ports, TimeProvider.System, new Random(1), NullLogger.Instance);
        await controller.RunAsync(leaveWhenIdle: true, cancellationToken);
    }

    /// <summary>The real kinds, with work that takes no time.</summary>
    public static IReadOnlyDictionary<StepKind, IStep> InstantSteps { get; } =
        StepCatalog.Steps.ToDictionary(pair => pair.Key, pair => (IStep)new InstantStep(pair.Value.Definition, static _ => { }));

    private sealed class NoSecrets : ISecretSource
    {
        public ValueTask<string> ReadAsync(string name, CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing here logs in.");
    }
}
