using System.Text;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Steps.Backfill;
using Portage.Steps.Validate;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.Backfill;

/// <summary>A bit of a large file of a shard has changed: no document of that file is sent or compared, and the rest is.</summary>
public sealed class DamagedShardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Two => new() { Indices = new() { Include = ["logs", "nested"] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } };

    [Fact]
    public async Task RunAsync_StoredFieldsOfAShardDamaged_SendsNothingOfThemAndTheRest()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Two);
        var blob = Damage.StoredFields(slice.Repository, "logs", 0);
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));

        Assert.Equal(("PG3003", false), (failure.Because.Code, failure.IsTransient));
        Assert.StartsWith($"Shard 0 of index 'logs': Blob '{blob}' is corrupt: ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.Contains(".fdt'", failure.Because.Detail, StringComparison.Ordinal);
        Assert.EndsWith(" The other 2 shards are done.", failure.Because.Detail, StringComparison.Ordinal);

        Assert.Equal(slice.Golden("nested").Count(), slice.Sandbox.Documents("nested").Count);
        var golden = slice.Golden("logs").ToDictionary(document => document.Id, document => document.Source!);
        var sent = slice.Sandbox.Documents("logs");
        Assert.InRange(sent.Count, 1, golden.Count - 1);
        Assert.All(sent, document => Assert.Equal(golden[document.Id], Encoding.UTF8.GetString(document.Source.Span)));

        // Put right, it goes on with what is missing.
        using var sound = Fixtures.Unzip("made/es-7.10.2.zip");
        File.Copy(Path.Combine(sound["repo"], blob), Path.Combine(slice.Repository, blob), overwrite: true);
        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal((golden.Count + slice.Golden("nested").Count(), 0), (done.Report.Numbers["accepted"], done.Report.Numbers["existing"]));
        Assert.Equal(golden.Count, slice.Sandbox.Documents("logs").Count);
    }

    [Fact]
    public async Task RunAsync_DamagedWhileNobodyWasAtWork_IsNotGoneOnWithFromTheMiddleOfIt()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Two with { Indices = new() { Include = ["logs"] } });
        var step = new BackfillStep();
        var sent = await StopInTheMiddleAsync(slice, step);
        foreach (var path in Directory.EnumerateFiles(Damage.FolderOf(slice.Repository, "logs", 0), "__*"))
        {
            DamageAllStoredFields(path);
        }

        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(step));

        Assert.Contains("The other 1 shard is done.", failure.Because.Detail, StringComparison.Ordinal);
        using var journal = await ItemJournal.LookAsync(slice.Run.FilesOf(step).Item("logs"), "logs", Cancellation);
        Assert.Equal(sent, slice.Sandbox.Documents("logs").Count - journal.Of(new("logs", 1)).Numbers.GetValueOrDefault("accepted"));
    }

    [Fact]
    public async Task RunAsync_DamagedBeforeValidate_ComparesTheRestAndDoesNotSayTheSame()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Two);
        await slice.DoAsync(new BackfillStep());
        var blob = Damage.StoredFields(slice.Repository, "logs", 1);
        var step = new ValidateStep();
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(step));
        Assert.StartsWith($"Shard 1 of index 'logs': Blob '{blob}' is corrupt: ", failure.Because.Detail, StringComparison.Ordinal);
        Assert.EndsWith(" The other 2 shards are done.", failure.Because.Detail, StringComparison.Ordinal);
        using var journal = await ItemJournal.LookAsync(slice.Run.FilesOf(step).Item("nested"), "nested", Cancellation);
        Assert.Equal(slice.Golden("nested").Count(), journal.Sum("checked"));
    }

    /// <summary>After some batches of the first shard; returns how many documents are there.</summary>
    private static async Task<int> StopInTheMiddleAsync(SliceOnSandbox slice, BackfillStep step)
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;
        var context = slice.Run.ContextOf(step, null) with { StopRequested = stop.Token, AssertLease = () => { if (++asked == 6) { stop.Cancel(); } } };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(context, Cancellation));
        var sent = slice.Sandbox.Documents("logs").Count;
        Assert.InRange(sent, 1, slice.Golden("logs").Count() - 1);
        return sent;
    }

    private static void DamageAllStoredFields(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (int at, from = 0; (at = bytes.AsSpan(from).IndexOf("StoredFieldsFastData"u8)) >= 0; from += at + 1)
        {
            bytes[from + at + 60] ^= 1;
        }

        File.WriteAllBytes(path, bytes);
    }
}
