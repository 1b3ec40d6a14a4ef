using System.Collections.Immutable;
using System.Text;
using Portage.Conformance;
using Portage.Engine.Ports;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.WorkItems;

public sealed class ItemJournalTests
{
    private static readonly ImmutableSortedDictionary<string, long> Numbers = ImmutableSortedDictionary<string, long>.Empty.Add("accepted", 3);
    private readonly MemoryDisk _disk = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private MemoryStepFiles Files => new(_disk, "work");

    [Fact]
    public async Task OpenAsync_LastLineWasCutOffAnywhere_GoesOnAndIsReadAgain()
    {
        var first = ItemJournal.Line(new("logs", 0), new(2, false, Numbers), 0);
        var second = ItemJournal.Line(new("logs", 0), new(5, false, Numbers), 0);
        for (var length = 0; length < second.Length; length++)
        {
            _disk.Put("work/journal.jsonl", [.. first, .. second[..length]]);
            using (var journal = await OpenAsync())
            {
                Assert.Equal(2, journal.Of(new("logs", 0)).Position);
                await journal.MoveToAsync(new("logs", 0), new(9, true, Numbers), default);
            }

            using var again = await OpenAsync();
            Assert.Equal((9L, true, 3L), (again.Of(new("logs", 0)).Position, again.Of(new("logs", 0)).IsDone, again.Sum("accepted")));
        }
    }

    [Fact]
    public async Task OpenAsync_FindingsAreAheadOfTheJournal_AreCutBack()
    {
        using (var journal = await OpenAsync())
        {
            await journal.MoveToAsync(new("logs", 0), new(2, false, Numbers), "one\n"u8.ToArray());
        }

        // Killed between the two writes of the next step forward.
        await Files.AppendAsync("findings.ndjson", "two\n"u8.ToArray(), Cancellation);
        using (var journal = await OpenAsync())
        {
            await journal.MoveToAsync(new("logs", 0), new(5, false, Numbers), "two\n"u8.ToArray());
        }

        Assert.Equal("one\ntwo\n", await TextAsync(Files, "findings.ndjson"));
    }

    /// <summary>On a full disk a line may have no end: what is appended to it could be read by nobody.</summary>
    [Fact]
    public async Task MoveToAsync_OneBeforeItWasNotWritten_WritesNothing()
    {
        using var journal = await OpenAsync();
        _disk.OnWrite = static (_, _) => throw new IOException("No space left on device");
        await Assert.ThrowsAsync<IOException>(() => journal.MoveToAsync(new("logs", 0), new(2, false, Numbers), default));
        _disk.OnWrite = static (_, _) => Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => journal.MoveToAsync(new("logs", 1), new(3, false, Numbers), default));
        Assert.Equal((-1L, 0L), (journal.Of(new("logs", 1)).Position, journal.Sum("accepted")));
    }

    [Fact]
    public async Task LookAsync_LastLineWasCutOff_ChangesNothing()
    {
        _disk.Put("work/journal.jsonl", [.. ItemJournal.Line(new("logs", 0), new(2, false, Numbers), 0), (byte)'{']);
        var before = _disk.Files;
        using var journal = await ItemJournal.LookAsync(Files, "logs", Cancellation);
        Assert.Equal(2, journal.Of(new("logs", 0)).Position);
        Assert.Equal(before, _disk.Files);
    }

    [Fact]
    public async Task UpgradeAsync_OfAnEarlierBuild_GivesEachIndexItsOwn()
    {
        _disk.Put("work/before.json", """{"documents":{"logs":0,"logs-2026":7,"logs-2026-type":1}}"""u8.ToArray());
        var findings = "{\"index\":\"logs-2026\"}\n{\"index\":\"logs\"}\n";
        _disk.Put("work/findings.ndjson", Encoding.UTF8.GetBytes(findings + "{\"index\":\"logs\",\"after\":\"the journal\"}\n"));
        _disk.Put("work/journal.jsonl",
        [
            .. ItemJournal.Line(new("logs", 0), new(2, false, Numbers), 0),
            .. ItemJournal.Line(new("logs-2026", 1), new(4, true, Numbers), 22),
            .. ItemJournal.Line(new("logs", 0), new(8, true, Numbers), findings.Length),
            (byte)'{',
        ]);

        await EarlierLayout.UpgradeAsync(Files, Cancellation);

        Assert.Empty(await Files.ListAsync(Cancellation));
        Assert.Equal(["logs", "logs-2026"], await Files.ListItemsAsync(Cancellation));
        using var logs = await ItemJournal.OpenAsync(Files.Item("logs"), "logs", Cancellation);
        using var other = await ItemJournal.OpenAsync(Files.Item("logs-2026"), "logs-2026", Cancellation);
        Assert.Equal((8L, true), (logs.Of(new("logs", 0)).Position, logs.Of(new("logs", 0)).IsDone));
        Assert.Equal((4L, true), (other.Of(new("logs-2026", 1)).Position, other.Of(new("logs-2026", 1)).IsDone));
        Assert.Equal("{\"index\":\"logs\"}\n", await TextAsync(Files.Item("logs"), "findings.ndjson"));
        Assert.Equal("{\"index\":\"logs-2026\"}\n", await TextAsync(Files.Item("logs-2026"), "findings.ndjson"));
        Assert.Equal("""{"documents":{"logs":0}}""", await TextAsync(Files.Item("logs"), "before.json"));
        Assert.Equal("""{"documents":{"logs-2026":7,"logs-2026-type":1}}""", await TextAsync(Files.Item("logs-2026"), "before.json"));
    }

    private Task<ItemJournal> OpenAsync() => ItemJournal.OpenAsync(Files, "logs", Cancellation);

    private static async Task<string> TextAsync(IStepFiles files, string name) => Encoding.UTF8.GetString((await files.ReadAsync(name, Cancellation))!);
}
