using Microsoft.Data.Sqlite;
using Portage.Backends.Embedded;
using Portage.Conformance;
using Portage.Engine.Ledger;
using Portage.Model.Addresses;

namespace Portage.Backends.Tests.Embedded;

public sealed class SqliteLedgerTests : LedgerKit, IDisposable
{
    private const long SynchronousFull = 2;

    private readonly TempFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "ledger.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_Always_WritesAheadAndWaitsForTheDisk()
    {
        await using var ledger = SqliteLedger.Open(File, TimeProvider.System);
        Assert.Equal(("wal", SynchronousFull), ledger.Durability);
    }

    [Fact]
    public async Task Mark_OfLedgersOfOneLength_TellsThemApart()
    {
        Assert.Null(SqliteLedger.Mark(File));
        var other = Path.Combine(_folder.Path, "other.db");
        var marks = new List<string?>();
        foreach (var (path, run) in ((string, int)[])[(File, 1), (other, 2)])
        {
            await using var ledger = SqliteLedger.Open(path, TimeProvider.System);
            Assert.Null(SqliteLedger.Mark(path));
            await ledger.AppendAsync([Happened(run)], Cancelled);
            marks.Add(SqliteLedger.Mark(path));
            Assert.Equal(marks[^1], SqliteLedger.Mark(path));
            await ledger.AppendAsync([Happened(3)], Cancelled);
            marks.Add(SqliteLedger.Mark(path));
        }

        Assert.Equal(4, marks.Distinct().Count());
        Assert.DoesNotContain(null, marks);
    }

    [Fact]
    public async Task ReadAfter_WithoutSteps_GivesAllOthersAndMissesNone()
    {
        var step = StepAddress.Parse("logs/posts@blue:backfill");
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([Happened(1), new StepCompleted("test", 1, step), Happened(2), new StepCompleted("test", 2, step), Happened(3)], Cancelled);
        }

        // Not read at all: nobody asked what it says.
        Execute("""UPDATE events SET body = CAST('{"event":"stepCompleted","run' AS BLOB) WHERE sequence = 4""");
        var given = new List<RecordedEvent>();
        SqliteLedger.ReadAfter(File, 0, long.MaxValue, withSteps: false, given.Add);
        Assert.Equal([Happened(1), Happened(2), Happened(3)], given.Select(recorded => recorded.Event));
        Assert.Equal([1, 3, 5], given.Select(recorded => recorded.Sequence));
        Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0));

        // But that it is there is.
        Execute("DELETE FROM events WHERE sequence = 4");
        Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0, long.MaxValue, withSteps: false, given.Add));
    }

    [Fact]
    public async Task Append_OnAFullDisk_ThrowsAndLosesNothing()
    {
        await using var ledger = SqliteLedger.Open(File, TimeProvider.System);
        await ledger.AppendAsync([Happened(1)], Cancelled);
        ledger.LimitPages(1);
        var big = new Paused("test", new string('x', 100_000), "ann");
        await Assert.ThrowsAsync<LedgerFullException>(async () => await ledger.AppendAsync([Happened(2), big], Cancelled));
        ledger.LimitPages(10_000);
        Assert.Equal(2, Assert.Single(await ledger.AppendAsync([Happened(3)], Cancelled)).Sequence);
        Assert.Equal([Happened(1), Happened(3)], ReadApart(0).Select(recorded => recorded.Event));
    }

    [Fact]
    public async Task Append_WhatCannotBeWritten_FailsThatCallOnly()
    {
        await using var ledger = SqliteLedger.Open(File, TimeProvider.System);
        await Assert.ThrowsAnyAsync<Exception>(async () => await ledger.AppendAsync([Happened(1), new UnknownEvent()], Cancelled));
        Assert.Equal(1, Assert.Single(await ledger.AppendAsync([Happened(2)], Cancelled)).Sequence);
    }

    [Fact]
    public async Task Open_OfANewerRelease_IsRefusedAsNewer()
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([Happened(1)], Cancelled);
        }

        Execute("PRAGMA user_version=99");
        Assert.True(Assert.Throws<LedgerUnusableException>(() => SqliteLedger.Open(File, TimeProvider.System)).IsNewer);
        Assert.True(Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).IsNewer);
    }

    [Fact]
    public async Task Open_OfAnEarlierFormat_GoesOnAndIsRefusedByEarlierBuilds()
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([Happened(1)], Cancelled);
        }

        Execute("""UPDATE events SET body = CAST('{"event":"stepCompleted","run":1,"step":"logs/posts>blue:backfill","session":"test"}' AS BLOB)""");
        Execute("PRAGMA user_version=1");
        var completed = new StepCompleted("test", 1, StepAddress.Parse("logs/posts@blue:backfill"));
        Assert.Equal(completed, Assert.Single(ReadApart(0)).Event);
        Assert.Equal(1, Version());
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([completed], Cancelled);
        }

        Assert.Equal([completed, completed], ReadApart(0).Select(recorded => recorded.Event));
        Assert.Equal(SqliteLedger.FormatVersion, Version());
    }

    [Fact]
    public async Task Open_OfAFileThatIsNoDatabase_IsRefusedAndLeavesIt()
    {
        var text = string.Concat(Enumerable.Repeat("This is a letter, not a ledger. ", 1000));
        await System.IO.File.WriteAllTextAsync(File, text, Cancelled);
        Assert.False(Assert.Throws<LedgerUnusableException>(() => SqliteLedger.Open(File, TimeProvider.System)).IsNewer);
        Assert.False(Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).IsNewer);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, Cancelled));
    }

    [Fact]
    public void Open_OfSomebodyElsesDatabase_IsRefusedAndLeavesIt()
    {
        Execute("CREATE TABLE recipes (name TEXT)");
        var before = System.IO.File.ReadAllBytes(File);
        Assert.Throws<LedgerUnusableException>(() => SqliteLedger.Open(File, TimeProvider.System));
        Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public async Task Open_OfADamagedFile_IsRefused()
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([.. Enumerable.Range(0, 2000).Select(Happened)], Cancelled);
        }

        var bytes = await System.IO.File.ReadAllBytesAsync(File, Cancelled);
        Array.Fill(bytes, (byte)0xA5, 4096, bytes.Length - 4096);
        await System.IO.File.WriteAllBytesAsync(File, bytes, Cancelled);
        Assert.False(Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).IsNewer);
    }

    [Fact]
    public async Task Read_AnEventOfAnotherRelease_IsRefusedWithItsPlace()
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([Happened(1)], Cancelled);
        }

        Execute("INSERT INTO events VALUES (2, 0, CAST('{\"event\":\"teleported\"}' AS BLOB))");
        Assert.Contains("Event 2 of", Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfALedgerThatLacksEvents_SaysWhich()
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([.. Enumerable.Range(0, 30).Select(Happened)], Cancelled);
        }

        Execute("DELETE FROM events WHERE sequence BETWEEN 7 AND 21");
        Assert.Contains("lacks events 7 to 21; it goes on with event 22", Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("lacks events 7 to 21", Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 6)).Message, StringComparison.Ordinal);
        Assert.Equal(9, SqliteLedger.ReadAfter(File, 21).Count);
    }

    [Theory]
    [InlineData("UPDATE events SET at = 9223372036854775807 WHERE sequence = 3")]
    [InlineData("UPDATE events SET body = 17 WHERE sequence = 3")]
    [InlineData("UPDATE events SET body = x'' WHERE sequence = 3")]
    public async Task Read_AValueOfAnotherType_SaysWhichEvent(string damage)
    {
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([.. Enumerable.Range(0, 5).Select(Happened)], Cancelled);
        }

        Execute(damage);
        Assert.Contains("Event 3 of", Assert.Throws<LedgerUnusableException>(() => SqliteLedger.ReadAfter(File, 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAndRead_CutOrOverwrittenAnywhere_SucceedOrSayThatItCannotBeUsed()
    {
        const int Step = 701;
        await using (var ledger = SqliteLedger.Open(File, TimeProvider.System))
        {
            await ledger.AppendAsync([.. Enumerable.Range(0, 400).Select(Happened)], Cancelled);
        }

        var whole = await System.IO.File.ReadAllBytesAsync(File, Cancelled);
        var refusals = 0;
        for (var place = 0; place < whole.Length; place += Step)
        {
            refusals += await IsRefusedAsync(whole[..place]) ? 1 : 0;
            var junk = whole.ToArray();
            Array.Fill(junk, (byte)0xA5, place, Math.Min(2_048, junk.Length - place));
            refusals += await IsRefusedAsync(junk) ? 1 : 0;
        }

        Assert.True(refusals > whole.Length / Step, $"Only {refusals} of them were noticed.");
    }

    [Fact]
    public void Read_WhereThereIsNoLedger_GivesNothing()
    {
        Assert.Empty(SqliteLedger.ReadAfter(File, 0));
        Assert.Equal(0, SqliteLedger.LastSequence(File));
        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public async Task LastSequence_AfterAppends_IsTheLast()
    {
        await using var ledger = SqliteLedger.Open(File, TimeProvider.System);
        await ledger.AppendAsync([Happened(1), Happened(2)], Cancelled);
        Assert.Equal(2, SqliteLedger.LastSequence(File));
    }

    protected override ILedger Open() => SqliteLedger.Open(File, TimeProvider.System);

    protected override IReadOnlyList<RecordedEvent> ReadApart(long after) => SqliteLedger.ReadAfter(File, after);

    /// <summary>Reads and opens a file with these bytes; any other exception than the one for the user fails the test.</summary>
    private async Task<bool> IsRefusedAsync(byte[] bytes)
    {
        var path = Path.Combine(_folder.Path, "damaged.db");
        foreach (var old in Directory.EnumerateFiles(_folder.Path, "damaged.db*"))
        {
            System.IO.File.Delete(old);
        }

        await System.IO.File.WriteAllBytesAsync(path, bytes, Cancelled);
        try
        {
            _ = SqliteLedger.ReadAfter(path, 0);
            await using var ledger = SqliteLedger.Open(path, TimeProvider.System);
            _ = ledger.Read(0).Count();
            return false;
        }
        catch (LedgerUnusableException)
        {
            return true;
        }
    }

    private long Version() => (long)Execute("PRAGMA user_version")!;

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a literal of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    private sealed record UnknownEvent() : LedgerEvent("test");
}
