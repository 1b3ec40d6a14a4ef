using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Bench.Measuring;
using Portage.Snapshots.Shards;
using Portage.Transforms;

namespace Portage.Bench.Benches;

/// <summary>What transforms cost a document, beside what it costs to take it apart and write it again.</summary>
internal static class TransformBench
{
    private const int Documents = 10_000;
    private const int Rounds = 7;
    private const double UntouchedLimit = 0.25;
    private const double OneLimit = 1.25;
    private const double FiveLimit = 2.5;

    // One statement, so that what is measured is the way into a script and out of it.
    private const string Code = "function main() { return items => { items[0].document.seen = true; return items; }; }";

    private static readonly (string Name, double? Limit, TransformOperation[] Operations)[] Cases =
    [
        ("documents that no transform touches", UntouchedLimit, [new TransformOperation.Rename("no.such.field", "x"), new TransformOperation.Remove("debug")]),
        ("rename", OneLimit, [new TransformOperation.Rename("message", "text")]),
        (
            "rename, move, remove, set and convert", FiveLimit,
            [
                new TransformOperation.Rename("message", "text"),
                new TransformOperation.Move("ip", "client.ip"),
                new TransformOperation.Remove("trace"),
                new TransformOperation.Set("origin", "\"old\""),
                new TransformOperation.Convert("status", Transforms.ValueType.String),
            ]),
        ("script that keeps nothing", null, [new TransformOperation.Script(Code) { KeepsNothing = true }]),
        ("script, begun anew for each document", null, [new TransformOperation.Script(Code)]),
    ];

    public static Measuring.Bench Bench { get; } = new("transforms", "10,000 documents of about 900 bytes through transforms, in memory, CPU time; beside it System.Text.Json, which reads and writes them as nodes", MeasureAsync);

    private static async IAsyncEnumerable<Figure> MeasureAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var documents = Make();
        var peer = Measure(() => documents.Sum(static document => Encoding.UTF8.GetByteCount(JsonNode.Parse(document)!.ToJsonString())), cancellationToken);
        yield return new("read and written as nodes", "", peer.Text("µs"), "", null);
        foreach (var (name, limit, operations) in Cases)
        {
            var transform = new DocumentTransform(operations);
            var samples = Measure(() => documents.Sum(document => SourceText.Compact(Sent(transform.Apply(new("logs", "1", null), document))).Length), cancellationToken);
            var ratio = samples.Median / peer.Median;
            yield return new(
                $"transforms: {name}",
                limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"≤ {most} × nodes") : "",
                samples.Text("µs"),
                string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00} × nodes"),
                limit is { } kept ? ratio <= kept : null);
        }
    }

    private static ReadOnlyMemory<byte> Sent(TransformedDocument document) => document switch
    {
        TransformedDocument.Kept(var source) => source,
        TransformedDocument.Changed(var source) => source,
        _ => throw new InvalidOperationException($"{document}"),
    };

    /// <summary>Microseconds of CPU time a document; the first rounds make the code ready.</summary>
    private static Samples Measure(Func<long> all, CancellationToken cancellationToken)
    {
        var took = new List<double>();
        for (var round = 0; round < 2 * Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var since = Environment.CpuUsage.TotalTime;
            if (all() == 0)
            {
                throw new InvalidOperationException("Nothing came out.");
            }

            if (round >= Rounds)
            {
                took.Add((Environment.CpuUsage.TotalTime - since).TotalMicroseconds / Documents);
            }
        }

        return new(took);
    }

    private static byte[][] Make()
    {
        var random = new Random(7);
        return
        [
            .. Enumerable.Range(0, Documents).Select(number => Encoding.UTF8.GetBytes(new JsonObject
            {
                ["@timestamp"] = "2026-11-28T23:55:00.000Z",
                ["message"] = string.Join(' ', Enumerable.Range(0, 80).Select(_ => "word" + random.Next(5_000))),
                ["status"] = random.Next(200, 600),
                ["took"] = random.NextDouble(),
                ["ip"] = $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(256)}",
                ["user"] = new JsonObject { ["id"] = number, ["name"] = "user " + random.Next(1_000), ["tags"] = new JsonArray("a", "b", "c") },
                ["trace"] = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture),
            }.ToJsonString())),
        ];
    }
}
