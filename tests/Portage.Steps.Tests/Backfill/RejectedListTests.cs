using System.Text;
using Portage.Configuration;
using Portage.Conformance;
using Portage.Steps.Backfill;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Tests.Backfill;

/// <summary>The documents that a backfill could not write, read beside it.</summary>
public sealed class RejectedListTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_AfterABackfill_HasAsManyAsItReports()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource", "logs"] } });
        var done = await slice.DoAsync(new BackfillStep());

        var summary = await RejectedSummary.OfAsync(ListOf(slice));

        Assert.Equal(done.Report.Numbers["rejected"], summary.Count);
        var cause = Assert.Single(summary.Causes);
        Assert.Equal(("no_source", summary.Count, "nosource"), (cause.Type, cause.Count, Assert.Single(cause.Indices).Key));
        Assert.Equal(slice.Golden("nosource").Select(document => document.Id).Order(StringComparer.Ordinal), await ListOf(slice).Select(line => line.Id).Order(StringComparer.Ordinal).ToListAsync(Cancellation));
        Assert.All(await ListOf(slice).ToListAsync(Cancellation), line => Assert.Null(line.ReadSource()));
        Assert.Empty(await RejectedList.ReadAsync(slice.Run.FilesOf(new BackfillStep()), index => index == "logs", Cancellation).ToListAsync(Cancellation));
    }

    /// <summary>What a worker has written down and the journal does not cover is sent again by the next one, and may come out otherwise.</summary>
    [Fact]
    public async Task ReadAsync_ABackfillThatWasKilled_HasWhatTheJournalCovers()
    {
        var files = new MemoryStepFiles(new MemoryDisk(), "work");
        using (var journal = await ItemJournal.OpenAsync(files.Item("logs"), "logs", Cancellation))
        {
            await journal.MoveToAsync(new("logs", 0), ItemPosition.Start with { Position = 3 }, Line("a", 3));
            await journal.MoveToAsync(new("logs", 1), ItemPosition.Start with { Position = 5 }, Line("b", 5));
        }

        await files.Item("logs").AppendAsync(ItemJournal.FindingsName, Line("c", 7), Cancellation);
        await files.Item("logs").AppendAsync(ItemJournal.FindingsName, Line("d", 8).AsMemory(0, 20), Cancellation);

        Assert.Equal(["a", "b"], await RejectedList.ReadAsync(files, static _ => true, Cancellation).Select(line => line.Id).ToListAsync(Cancellation));
    }

    /// <summary>Builds of 0.1 kept one file for all indices.</summary>
    [Fact]
    public async Task ReadAsync_OfAnEarlierBuild_ReadsItsFileAsWell()
    {
        var files = new MemoryStepFiles(new MemoryDisk(), "work");
        byte[] kept = [.. Line("a", 3), .. Line("b", 5, "other")];
        await files.AppendAsync(ItemJournal.FindingsName, (byte[])[.. kept, .. Line("c", 9)], Cancellation);
        await files.AppendAsync(ItemJournal.JournalName, ItemJournal.Line(new("logs", 0), ItemPosition.Start, kept.Length), Cancellation);

        Assert.Equal(["a", "b"], await RejectedList.ReadAsync(files, static _ => true, Cancellation).Select(line => line.Id).ToListAsync(Cancellation));
        Assert.Equal(["b"], await RejectedList.ReadAsync(files, index => index == "other", Cancellation).Select(line => line.Id).ToListAsync(Cancellation));
    }

    [Fact]
    public void Parse_SourceOfAnyKind_IsGivenByteForByte()
    {
        Assert.Equal("{\"a\": \"\u00fc \\n\", \"b\":1.50}", Encoding.UTF8.GetString(RejectedLine.Parse(Line("a", 1, source: """{"a": "ü \n", "b":1.50}"""u8.ToArray()).AsMemory()[..^1]).ReadSource()!));
        byte[] bytes = [0xFA, 0x61, 0xFF, 0x00];
        Assert.Equal(bytes, RejectedLine.Parse(Line("a", 1, source: bytes).AsMemory()[..^1]).ReadSource());
    }

    private static IAsyncEnumerable<RejectedLine> ListOf(SliceOnSandbox slice) => RejectedList.ReadAsync(slice.Run.FilesOf(new BackfillStep()), static _ => true, Cancellation);

    private static byte[] Line(string id, long position, string index = "logs", byte[]? source = null)
    {
        using var line = new MemoryStream();
        RejectedDocuments.Append(line, new(new(index, 0, "_0", (int)position, position, null, id, null, null), "create", index, id, null, 400, "mapper_parsing_exception", "it does not fit", source ?? "{}"u8.ToArray()));
        return line.ToArray();
    }
}
