using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portage.Backends.Embedded;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Steps;
using Portage.Testing;

namespace Portage.Bench.Benches;

/// <summary>How fast documents come out of a snapshot and into a <c>_bulk</c> that costs nothing, against elasticdump that reads the same ones.</summary>
internal static class MoveBench
{
    public const string ElasticdumpVersion = "6.125.1";

    private const int Times = 3;
    private const double LimitRatio = 10;
    private const int DefaultLimit = 100;
    private const int LargeLimit = 10_000;

    // At the default limit it asks for every hundred documents by themselves: a part of them says as much as all.
    private const int DefaultLimitDocuments = 50_000;

    public static Measuring.Bench Bench { get; } = new("move", "a snapshot to a null _bulk server, against elasticdump reading the same documents from a real Elasticsearch", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BenchData.EnsureAsync(cancellationToken);
        var dump = await EnsureElasticdumpAsync(cancellationToken);
        using var sink = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [NullBulkServer.Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            var port = await sink.StandardOutput.ReadLineAsync(cancellationToken);
            var target = $"http://127.0.0.1:{port}";
            using var client = new HttpClient();
            var ours = new List<Moved>();
            for (var time = 0; time < Times; time++)
            {
                ours.Add(new(await TakeReceivedAsync(client, target, BenchData.MovedCount, await MoveAsync(target, cancellationToken), cancellationToken)));
            }

            var (theirs, byDefault) = (new List<Moved>(), new List<Moved>());
            await using (var server = await BenchData.StartServerAsync(cancellationToken))
            {
                byDefault.Add(await DumpAsync(dump, server.Endpoint, target, client, DefaultLimit, DefaultLimitDocuments, cancellationToken));
                for (var time = 0; time < Times - 1; time++)
                {
                    theirs.Add(await DumpAsync(dump, server.Endpoint, target, client, LargeLimit, BenchData.MovedCount, cancellationToken));
                }
            }

            double Ratio(Func<Moved, double> rate, List<Moved> peer) => new Samples(ours.Select(rate)).Median / new Samples(peer.Select(rate)).Median;
            var ratio = Ratio(moved => moved.AtTheTarget, theirs);
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"snapshot to a null `_bulk` server, {BenchData.MovedCount:N0} documents, between the first and the last byte there, default settings"),
                "≥ 10 × elasticdump",
                Rates(ours, moved => moved.AtTheTarget),
                string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0} × elasticdump with `--limit {LargeLimit}`; {Ratio(moved => moved.AtTheTarget, byDefault):0.0} × with its defaults"),
                ratio >= LimitRatio);
            yield return new(
                "the same from the start of `workflow start --attach` to its end",
                "",
                Rates(ours, moved => moved.Whole),
                string.Create(CultureInfo.InvariantCulture, $"{Ratio(moved => moved.Whole, theirs):0.0} × the whole elasticdump with `--limit {LargeLimit}`; {Ratio(moved => moved.Whole, byDefault):0.0} × with its defaults"),
                null);
            yield return new($"elasticdump {ElasticdumpVersion} `--limit {LargeLimit}`, between the first and the last byte", "", $"{Rates(theirs, moved => moved.AtTheTarget)}; whole process {Rates(theirs, moved => moved.Whole)}", "", null);
            yield return new(string.Create(CultureInfo.InvariantCulture, $"elasticdump {ElasticdumpVersion} with its defaults (`--limit {DefaultLimit}`), the first {DefaultLimitDocuments:N0}"), "", $"{Rates(byDefault, moved => moved.AtTheTarget)}; whole process {Rates(byDefault, moved => moved.Whole)}", "", null);
        }
        finally
        {
            sink.StandardInput.Close();
            await sink.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Rates(List<Moved> moved, Func<Moved, double> rate) => new Samples(moved.Select(rate)).Text("documents/s");

    /// <summary>A whole migration as a user starts one, but for the steps that would ask the target for what it does not keep.</summary>
    /// <returns>Seconds from the start of the verb to its end: controller, snapshot step, worker and journal included.</returns>
    private static async Task<double> MoveAsync(string target, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(BenchData.Folder, "move");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var configuration = new JsonObject
        {
            ["targets"] = new JsonObject { ["blue"] = new JsonObject { ["endpoint"] = target } },
            ["migrations"] = new JsonObject
            {
                ["shop"] = new JsonObject
                {
                    ["snapshots"] = new JsonObject { ["main"] = new JsonObject { ["repository"] = new JsonObject { ["file"] = new JsonObject { ["path"] = BenchData.Repository } }, ["existing"] = BenchData.Snapshot } },
                    ["slices"] = new JsonObject
                    {
                        ["all"] = new JsonObject
                        {
                            ["indices"] = new JsonObject { ["include"] = new JsonArray(BenchData.Moved) },
                            ["metadata"] = new JsonObject { ["skip"] = true },
                            ["validate"] = new JsonObject { ["skip"] = true },
                        },
                    },
                },
            },
        };
        var home = await Homes.ConfigureAsync(folder, configuration.ToJsonString(), StepCatalog.Planner, cancellationToken);
        var run = await Child.MustRunAsync(
            BenchData.Folder,
            new Dictionary<string, string> { [Home.Variable] = home.Path },
            cancellationToken,
            Path.Combine(Checkout.Root, "artifacts", "workflow", "workflow"),
            "start",
            "--attach");
        Directory.Delete(folder, recursive: true);
        return run.Milliseconds / 1_000;
    }

    private static async Task<Moved> DumpAsync(string program, string source, string target, HttpClient client, int limit, int documents, CancellationToken cancellationToken)
    {
        var run = await Child.MustRunAsync(
            BenchData.Folder,
            null,
            cancellationToken,
            "node",
            program,
            $"--input={source}/{BenchData.Moved}",
            $"--output={target}/{BenchData.Moved}",
            "--type=data",
            "--quiet",
            string.Create(CultureInfo.InvariantCulture, $"--limit={limit}"),
            string.Create(CultureInfo.InvariantCulture, $"--size={documents}"));
        return new(await TakeReceivedAsync(client, target, documents, run.Milliseconds / 1_000, cancellationToken));
    }

    private static async Task<Received> TakeReceivedAsync(HttpClient client, string target, int documents, double wholeSeconds, CancellationToken cancellationToken)
    {
        var parts = (await client.GetStringAsync(target + NullBulkServer.CountPath, cancellationToken)).Split(' ');
        var received = new Received(
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            long.Parse(parts[1], CultureInfo.InvariantCulture),
            long.Parse(parts[2], CultureInfo.InvariantCulture),
            double.Parse(parts[3], CultureInfo.InvariantCulture),
            wholeSeconds);
        return received.Documents == documents
            ? received
            : throw new InvalidOperationException($"{received.Documents} documents came to the server, and not {documents}.");
    }

    /// <summary>Installs elasticdump once, of one version; it becomes no part of the project.</summary>
    private static async Task<string> EnsureElasticdumpAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(BenchData.Folder, "elasticdump");
        var program = Path.Combine(folder, "node_modules", "elasticdump", "bin", "elasticdump");
        if (!File.Exists(program))
        {
            Directory.CreateDirectory(folder);
            await Child.MustRunAsync(folder, null, cancellationToken, "npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"elasticdump@{ElasticdumpVersion}");
        }

        return program;
    }

    /// <summary>Documents a second.</summary>
    private sealed record Moved(Received Received)
    {
        public double AtTheTarget => Received.Documents / Received.Seconds;

        public double Whole => Received.Documents / Received.WholeSeconds;
    }
}
