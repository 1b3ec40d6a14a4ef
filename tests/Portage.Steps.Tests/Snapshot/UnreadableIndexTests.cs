using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Metadata;
using Portage.Steps.Snapshot;

namespace Portage.Steps.Tests.Snapshot;

/// <summary>What of a snapshot cannot be read is said when it is looked at, and holds who wants it and nobody else.</summary>
public sealed class UnreadableIndexTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Of(params string[] indices) => new() { Indices = new() { Include = [.. indices] } };

    [Theory]
    [InlineData("a blob is missing", "PG3004", "is missing in the snapshot repository")]
    [InlineData("a blob is cut off", "PG3003", "is corrupt: expected ")]
    [InlineData("the list of a shard is damaged", "PG3003", "is corrupt: expected the checksum")]
    [InlineData("the settings are damaged", "PG3003", "is corrupt: expected the checksum")]
    [InlineData("a format is unknown", "PG3005", "The Lucene format 'Acme1234StoredFieldsFastData version 3'; Portage cannot read it yet")]
    public async Task RunAsync_OneIndexCannotBeRead_HoldsOnlyWhoWantsIt(string damage, string code, string words)
    {
        var owner = damage == "the settings are damaged" ? "Index 'nested'" : "Shard 0 of index 'nested'";
        await using var sandbox = await Portage.Sandbox.SandboxCluster.StartAsync(new(), Cancellation);
        using var fixture = Fixtures.Unzip("made/es-7.10.2.zip");
        var mend = Do(damage, fixture["repo"]);

        var run = new StepRun(StepRun.ConfigOf(fixture["repo"], new() { Existing = "second" }, sandbox.Endpoint, Of("logs")));
        var estimate = await new SnapshotStep().EstimateAsync(run.EstimateContextOf(new SnapshotStep()), Cancellation);
        Assert.Equal(damage != "a blob is cut off", estimate!.Text.Contains($"; cannot be read: nested", StringComparison.Ordinal));
        var seen = Assert.IsType<StepResult.Done>(await run.RunAsync(new SnapshotStep(), null, Cancellation));
        var line = Assert.Single(seen.Report.Lines, line => line.StartsWith("cannot be read, so no slice can have it: nested", StringComparison.Ordinal));
        Assert.Contains($": {owner}: ", line, StringComparison.Ordinal);
        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Equal(1, seen.Report.Numbers["unreadable"]);
        if (damage is not ("the list of a shard is damaged" or "the settings are damaged"))
        {
            Assert.Matches(@"nested \(up to \d+ documents, [\d.]+ KB\): ", line);
        }

        // What cannot be seen is not said to be nothing.
        Assert.DoesNotContain(" 0 documents", line, StringComparison.Ordinal);
        if (damage is "the list of a shard is damaged" or "the settings are damaged")
        {
            run.Change(_ => Of("nested"));
            var nested = damage == "the settings are damaged" ? null : await new BackfillStep().EstimateAsync(run.EstimateContextOf(new BackfillStep()), Cancellation);
            Assert.Equal(nested is not null, nested?.Text.StartsWith("documents unknown, size unknown; cannot be read: ", StringComparison.Ordinal) ?? false);
            Assert.Matches("indices, (about|at least) [0-9,]+ documents, at least [0-9.]+ [KM]B", estimate.Text);
            run.Change(_ => Of("logs"));
        }

        // Nobody wants it.
        Assert.IsType<StepResult.Done>(await run.RunAsync(new MetadataStep(), null, Cancellation));
        Assert.IsType<StepResult.Done>(await run.RunAsync(new BackfillStep(), null, Cancellation));
        Assert.Equal(GoldenDocument.ReadAll(Path.Combine(fixture["golden"], "second", "logs.ndjson")).Count(), sandbox.Documents("logs").Count);

        // Somebody does: before anything is made.
        run.Change(_ => Of("sorted", "nested"));
        var failure = await Assert.ThrowsAsync<StepException>(() => run.EvaluateAsync(new MetadataStep(), Cancellation));
        Assert.Equal((code, false), (failure.Because.Code, failure.IsTransient));
        Assert.Contains(owner, failure.Because.Detail, StringComparison.Ordinal);
        Assert.Contains(words, failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal("workflow configure update migrations.old.slices.all.indices.exclude '[nested]'", failure.Because.Command);
        using var target = new TestTarget(sandbox.Endpoint);
        Assert.False(await target.Metadata.IndexExistsAsync("sorted", Cancellation));

        // Mended, it is not held by what was seen before.
        mend();
        Assert.IsType<StepResult.Done>(await run.RunAsync(new MetadataStep(), null, Cancellation));
        Assert.IsType<StepResult.Done>(await run.RunAsync(new BackfillStep(), null, Cancellation));
        Assert.Equal(GoldenDocument.ReadAll(Path.Combine(fixture["golden"], "second", "nested.ndjson")).Count(), sandbox.Documents("nested").Count);
    }

    [Fact]
    public async Task EvaluateAsync_BlobGoneSinceTheSnapshotWasLookedAt_NamesEveryIndexThatLacksOne()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs", "nested", "sorted"));
        Do("a blob is missing", slice.Repository);
        foreach (var path in Directory.EnumerateFiles(Damage.FolderOf(slice.Repository, "logs", 1), "__*"))
        {
            File.Delete(path);
        }

        var failure = await Assert.ThrowsAsync<StepException>(() => slice.Run.EvaluateAsync(new BackfillStep(), Cancellation));

        Assert.Equal("PG3004", failure.Because.Code);
        Assert.Contains("Shard 1 of index 'logs': ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Contains("Shard 0 of index 'nested': ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Equal("workflow configure update migrations.old.slices.all.indices.exclude '[logs, nested]'", failure.Because.Command);
    }

    /// <returns>What mends it.</returns>
    private static Action Do(string damage, string repository)
    {
        var folder = Damage.FolderOf(repository, "nested", 0);
        var largest = Directory.GetFiles(folder, "__*").MaxBy(path => new FileInfo(path).Length)!;
        string[] changed = damage switch
        {
            "a blob is missing" or "a blob is cut off" or "a format is unknown" => [largest],
            "the list of a shard is damaged" => Directory.GetFiles(folder, "snap-*"),
            "the settings are damaged" => Directory.GetFiles(Path.GetDirectoryName(folder)!, "meta-*"),
            _ => throw new ArgumentException(damage, nameof(damage)),
        };
        var sound = changed.ToDictionary(path => path, File.ReadAllBytes);
        foreach (var (path, bytes) in sound)
        {
            switch (damage)
            {
                case "a blob is missing":
                    File.Delete(path);
                    break;
                case "a blob is cut off":
                    File.WriteAllBytes(path, bytes[..^1]);
                    break;
                case "a format is unknown":
                    var at = bytes.AsSpan().IndexOf("Lucene87StoredFieldsFastData"u8);
                    Assert.True(at > 0);
                    File.WriteAllBytes(path, [.. bytes[..at], .. "Acme1234"u8, .. bytes[(at + 8)..]]);
                    break;
                default:
                    File.WriteAllBytes(path, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)]);
                    break;
            }
        }

        return () =>
        {
            foreach (var (path, bytes) in sound)
            {
                File.WriteAllBytes(path, bytes);
            }
        };
    }
}
