using Portage.Configuration.Reading;

namespace Portage.Configuration.Tests;

/// <summary>Texts and configurations that several tests begin with.</summary>
internal static class Samples
{
    public const string Small = """
        targets:
          blue:
            endpoint: https://blue.example:9200
            auth: { basic: { secret: blue-admin } }
        migrations:
          securitylogs:
            source: { endpoint: https://old.example:9200, version: ES 7.10.2 }
            snapshots:
              main: { repository: { file: { path: /mnt/snapshots } }, existing: nightly }
            slices:
              posts: { indices: { include: [posts] }, targets: [blue], backfill: { workers: 4 } }
        """;

    /// <summary>The canonical JSON of a text without errors.</summary>
    public static string Canonical(string text)
    {
        var read = ConfigurationReader.Read(text, "test.yaml");
        Assert.True(read.Canonical is not null, DiagnosticText.Dump(read.Diagnostics));
        return read.Canonical;
    }

    /// <summary>A configuration of so many slices, a few fields given in each.</summary>
    public static string WithSlices(int count) => Canonical(
        Small.Replace("      posts: { indices", "      last: { indices", StringComparison.Ordinal) + "\n" + string.Join('\n', Enumerable.Range(0, count - 1).Select(i =>
            $"      slice-{i}: {{ indices: {{ include: [\"logs-{i}-*\"], exclude: [\"*-debug\"] }}, targets: [blue], backfill: {{ workers: 3, connections: 8 }}, metadata: {{ replicas: 1 }} }}")));
}
