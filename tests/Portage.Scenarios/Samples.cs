using System.IO.Compression;
using System.Text.Json;
using Portage.Sandbox;

namespace Portage.Scenarios;

/// <summary>The sample repository that ships with the program, and configurations over it.</summary>
internal static class Samples
{
    /// <summary>Documents of the slice that <see cref="Configuration"/> selects.</summary>
    public const int Documents = 1_335;

    /// <summary>Unpacks the repository of snapshot <c>nightly</c>: <c>customers</c>, <c>orders-2026-09</c> and <c>orders-2026-10</c>.</summary>
    public static void Unpack(string folder) =>
        ZipFile.ExtractToDirectory(Path.Combine(Checkout.Root, "src", "Portage.Cli", "Demo", "sample.zip"), folder);

    /// <summary>One slice to one target.</summary>
    /// <param name="backfill">The object below <c>backfill</c>.</param>
    /// <param name="metadata">The object below <c>metadata</c>.</param>
    public static string Configuration(string endpoint, string repository, string backfill = "{ workers: 1, connections: 1, operationCountMax: 50 }", string metadata = "{ approve: none }", string auth = "") => $$"""
        targets:
          blue:
            endpoint: {{endpoint}}{{(auth.Length > 0 ? $"\n    auth: {auth}" : "")}}
        migrations:
          shop:
            snapshots:
              main:
                repository: { file: { path: "{{repository}}" } }
                existing: nightly
            slices:
              orders:
                indices: { include: ["orders-*", "customers"] }
                metadata: {{metadata}}
                backfill: {{backfill}}

        """;

    /// <summary>Unpacks the repository, configures and commits.</summary>
    public static async Task CommitAsync(Workflow workflow, string configuration)
    {
        if (!Directory.Exists(workflow["repository"]))
        {
            Unpack(workflow["repository"]);
        }

        (await workflow.PipeAsync(configuration, "configure", "--file", "-")).Expect(0);
        (await workflow.RunAsync("configure", "commit")).Expect(0);
    }

    /// <summary>How many documents the target has in the indices of the sample.</summary>
    public static int CountOn(SandboxCluster target) => target.Indices.Sum(index => target.Documents(index).Count);

    /// <summary>The status of one step.</summary>
    public static async Task<JsonElement> StatusOfAsync(Workflow workflow, string address) =>
        StepsOf((await workflow.RunAsync("status", "--output", "json")).Expect(0).Json).Single(step => step.GetProperty("step").GetString() == address);

    /// <summary>All steps of a status, wherever in its tree they stand.</summary>
    public static IEnumerable<JsonElement> StepsOf(JsonElement status)
    {
        IEnumerable<JsonElement> sources = [.. status.GetProperty("sources").EnumerateArray(), .. status.GetProperty("targets").EnumerateArray().SelectMany(target => target.GetProperty("sources").EnumerateArray())];
        return
            from source in sources
            from parts in (string[])["snapshots", "slices"]
            where source.TryGetProperty(parts, out _)
            from part in source.GetProperty(parts).EnumerateArray()
            from step in part.GetProperty("steps").EnumerateArray()
            select step;
    }
}
