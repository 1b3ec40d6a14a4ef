using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Portage.Bench.Data;
using Portage.Bench.Measuring;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Bench.Benches;

/// <summary>What came of reading a shard once, in a process of its own.</summary>
internal sealed record ScanResult(long Documents, long Bytes, long StoredBytes, double Seconds, double CpuSeconds, long MemoryMax, long[] MemoryByTenths);

/// <summary>What came of inflating the same sources with the codec's own library, in memory.</summary>
internal sealed record InflateResult(long Bytes, double CpuSeconds);

[JsonSerializable(typeof(ScanResult))]
[JsonSerializable(typeof(InflateResult))]
internal sealed partial class ScanJson : JsonSerializerContext;

/// <summary>How fast stored fields are read, from a repository on a disk to the source of each document, on one core.</summary>
internal static class ScanBench
{
    public const string ScanVerb = "scan-shard";
    public const string InflateVerb = "inflate";

    private const int Times = 3;
    private const double LimitMegabytes = 200;
    private const long MemoryLimit = 300_000_000;
    private const double Flat = 1.1;

    public static Measuring.Bench Bench { get; } = new("scan", "the stored fields of a shard with 2.2 GB of sources, on one core", MeasureAsync);

    /// <summary>Reads a whole shard and prints a <see cref="ScanResult"/>.</summary>
    public static async Task ScanAsync(string index, CancellationToken cancellationToken)
    {
        var shard = await OpenAsync(index, cancellationToken);
        var counts = await shard.CountAsync(cancellationToken);
        var memory = new long[10];
        var tenth = counts.LiveLuceneDocuments / memory.Length;
        var since = TimeProvider.System.GetTimestamp();
        var (documents, bytes) = (0L, 0L);
        await using (var reader = await shard.OpenReaderAsync(0, cancellationToken))
        {
            while (await reader.MoveNextAsync(cancellationToken))
            {
                bytes += reader.Current.Source!.Value.Length;
                if (++documents % tenth == 0 && documents / tenth <= memory.Length)
                {
                    memory[(documents / tenth) - 1] = Child.StatusBytes("VmRSS");
                }
            }
        }

        Print(
            new(documents, bytes, counts.StoredBytes, TimeProvider.System.GetElapsedTime(since).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds, Child.StatusBytes("VmHWM"), memory),
            ScanJson.Default.ScanResult);
    }

    /// <summary>Takes sources of a shard, cuts them as the codec does, compresses them, and prints how long inflating them took.</summary>
    public static async Task InflateAsync(string index, CancellationToken cancellationToken)
    {
        var shard = await OpenAsync(index, cancellationToken);
        var chunks = new PeerCodec(index == BenchData.Deflate);
        await using (var reader = await shard.OpenReaderAsync(0, cancellationToken))
        {
            while (!chunks.IsFull && await reader.MoveNextAsync(cancellationToken))
            {
                chunks.Add(reader.Current.Source!.Value.Span);
            }
        }

        chunks.Inflate();
        var before = Environment.CpuUsage.TotalTime;
        var bytes = chunks.Inflate();
        Print(new(bytes, (Environment.CpuUsage.TotalTime - before).TotalSeconds), ScanJson.Default.InflateResult);
    }

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await BenchData.EnsureAsync(cancellationToken);
        foreach (var (index, codec) in ((string, string)[])[(BenchData.Lz4, "LZ4"), (BenchData.Deflate, "DEFLATE")])
        {
            var (scans, peers) = (new List<ScanResult>(), new List<InflateResult>());
            for (var time = 0; time < Times; time++)
            {
                scans.Add(await SelfAsync(ScanVerb, index, ScanJson.Default.ScanResult, cancellationToken));
                peers.Add(await SelfAsync(InflateVerb, index, ScanJson.Default.InflateResult, cancellationToken));
            }

            var rate = new Samples(scans.Select(scan => scan.Bytes / scan.Seconds / 1e6));
            var cpuRate = new Samples(scans.Select(scan => scan.Bytes / scan.CpuSeconds / 1e6));
            var peer = new Samples(peers.Select(inflated => inflated.Bytes / inflated.CpuSeconds / 1e6));
            var first = scans[0];
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"stored fields, {codec}: {first.Documents:N0} documents, {first.Bytes / 1e9:0.0} GB of sources in {first.StoredBytes / 1e9:0.0} GB"),
                "≥ 200 MB/s",
                $"{rate.Text("MB/s")}; {cpuRate.Text("MB a CPU second")}",
                string.Create(CultureInfo.InvariantCulture, $"{rate.Median / LimitMegabytes:0.0} × the limit; {cpuRate.Median / peer.Median:0.00} of {(index == BenchData.Deflate ? "zlib" : "liblz4")} alone, which inflates {peer.Text("MB a CPU second")}"),
                rate.Median >= LimitMegabytes);

            var (most, growth) = (scans.Max(scan => scan.MemoryMax), scans.Max(scan => (double)scan.MemoryByTenths[^1] / scan.MemoryByTenths[4]));
            yield return new(
                $"memory of that, {codec}",
                "< 300 MB and flat",
                string.Create(CultureInfo.InvariantCulture, $"at most {most / 1e6:0} MB; after a tenth {scans[0].MemoryByTenths[0] / 1e6:0} MB, half way {scans[0].MemoryByTenths[4] / 1e6:0} MB, at the end {scans[0].MemoryByTenths[^1] / 1e6:0} MB"),
                string.Create(CultureInfo.InvariantCulture, $"{(double)most / MemoryLimit:0.00} of the limit; × {growth:0.00} from half way to the end"),
                most < MemoryLimit && growth < Flat);
        }
    }

    private static async Task<T> SelfAsync<T>(string verb, string index, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var run = await Child.RunSelfAsync(onOneCore: true, cancellationToken, verb, index);
        return run.ExitCode == 0
            ? JsonSerializer.Deserialize(run.Output, type)!
            : throw new InvalidOperationException($"{verb} {index} ended with {run.ExitCode}:\n{run.Error}");
    }

    private static async Task<ShardSnapshot> OpenAsync(string index, CancellationToken cancellationToken)
    {
        var repository = await SnapshotRepository.OpenAsync(new FileBlobStore(BenchData.Repository), cancellationToken);
        var snapshot = await repository.OpenSnapshotAsync(BenchData.Snapshot, cancellationToken);
        return await (await snapshot.OpenIndexAsync(index, cancellationToken)).OpenShardAsync(0, cancellationToken);
    }

    private static void Print<T>(T result, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(result, type));
}
