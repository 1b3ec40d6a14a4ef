using System.Text;
using System.Text.Json;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Sandbox;
using Portage.Snapshots.Shards;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>Repositories of real servers, document by document, to the sandbox.</summary>
public sealed class BackfillStepTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig InSmallBatches => Logs with { Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } };

    private static SliceConfig Logs => new() { Indices = new() { Include = ["logs"] }, Backfill = new() { OperationCountMax = 10 } };

    [Theory]
    [InlineData("es-5.6.16")]
    [InlineData("es-6.8.9")]
    [InlineData("es-7.10.2")]
    [InlineData("es-7.17.29")]
    [InlineData("os-1.3.13")]
    public async Task RunAsync_SnapshotOfEachEra_EveryDocumentIsThereOrRejected(string server)
    {
        await using var slice = await SliceOnSandbox.OfAsync(server, new() { Types = TypesChoice.PrefixIds });
        var done = await slice.DoAsync(new BackfillStep());

        var rejected = slice.Findings(new BackfillStep()).Select(Rejected).ToArray();
        var golden = 0;
        foreach (var index in slice.GoldenIndices)
        {
            var documents = slice.Golden(index).ToArray();
            golden += documents.Length;
            var hasTypes = documents.Select(document => document.Type).Distinct().Count() > 1;
            var refused = rejected.Where(line => line.Index == index).Select(line => line.Id).ToHashSet(StringComparer.Ordinal);
            string[] expected = [.. documents
                .Where(document => document.Source is not null && !refused.Contains(document.Id))
                .Select(document => SliceOnSandbox.Line(
                    hasTypes ? $"{document.Type}#{document.Id}" : document.Id,
                    document.Routing ?? document.Parent,
                    Encoding.UTF8.GetString(SourceText.Compact(Encoding.UTF8.GetBytes(document.Source!)).Span)))
                .Order(StringComparer.Ordinal)];
            Assert.Equal(expected, slice.OnTarget(index));
        }

        var numbers = done.Report.Numbers;
        Assert.Equal((golden, golden), (numbers["documents"], numbers["accepted"] + numbers["rejected"] + numbers["filtered"]));
        Assert.All(rejected, line => Assert.Equal("no_source", line.Error));
        Assert.Equal(rejected.Length, numbers["rejected"]);
    }

    [Fact]
    public async Task RunAsync_AnIndexPerType_EachHasItsOwn()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-5.6.16", new() { Types = TypesChoice.IndexPerType, Indices = new() { Include = ["types"] } });
        await slice.DoAsync(new BackfillStep());
        foreach (var type in slice.Golden("types").GroupBy(document => document.Type!))
        {
            Assert.Equal(
                type.Select(document => SliceOnSandbox.Line(document.Id, document.Routing, document.Source!)).Order(StringComparer.Ordinal),
                slice.OnTarget($"types-{type.Key.ToLowerInvariant()}"));
        }
    }

    [Fact]
    public async Task RunAsync_SeveralTypesAndNoChoice_IsRefused()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-5.6.16", new() { Types = TypesChoice.PrefixIds, Indices = new() { Include = ["types"] } });
        slice.Run.Change(with => with with { Types = TypesChoice.Refuse });
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.False(failure.IsTransient);
        Assert.Contains("types", failure.Because.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ConflictChoice.KeepExisting, """{"mine":true}""")]
    [InlineData(ConflictChoice.Overwrite, null)]
    public async Task RunAsync_TargetHasTheDocument_DoesAsConfigured(ConflictChoice conflict, string? kept)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = Logs.Backfill with { Conflict = conflict } });
        var document = slice.Golden("logs").First();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(document.Id)}", """{"mine":true}""", Cancellation);
        var done = await slice.DoAsync(new BackfillStep(), await slice.Run.EvaluateAsync(new BackfillStep(), Cancellation));
        var more = kept is null ? 0 : 1;
        Assert.Equal((more, more), (done.Report.Numbers["existing"], done.Report.Numbers["differing"]));
        Assert.Equal(slice.Golden("logs").Count() - more, done.Report.Numbers["accepted"]);
        Assert.Equal(kept ?? document.Source, Encoding.UTF8.GetString(slice.Sandbox.Documents("logs").Single(found => found.Id == document.Id).Source.Span));
    }

    [Fact]
    public async Task RunAsync_SomebodyWroteSinceOverwritingWasApproved_SendsNothingAndShowsWhatIsThere()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = Logs.Backfill with { Conflict = ConflictChoice.Overwrite } });
        var step = new BackfillStep();
        var approved = await slice.Run.EvaluateAsync(step, Cancellation);
        Assert.Empty(approved.Destroys);
        var document = slice.Golden("logs").First();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(document.Id)}?refresh=true", """{"mine":true}""", Cancellation);

        var other = Assert.IsType<StepResult.EvidenceChanged>(await slice.Run.RunAsync(step, approved, Cancellation));
        Assert.Equal([new Destruction(DestructionKind.OverwriteDocuments, "blue", "logs", 1, null, 1) { Item = "logs" }], other.Evidence.Destroys);
        Assert.Equal("""{"mine":true}""", Encoding.UTF8.GetString(Assert.Single(slice.Sandbox.Documents("logs")).Source.Span));

        // Once that is approved it is not asked again, though more of it is there.
        await slice.Target.PutAsync("/logs/_doc/another?refresh=true", """{"mine":true}""", Cancellation);
        var done = Assert.IsType<StepResult.Done>(await slice.Run.RunAsync(step, other.Evidence, Cancellation));
        Assert.Equal(slice.Golden("logs").Count(), done.Report.Numbers["accepted"]);
    }

    [Fact]
    public async Task RunAsync_AnswersAreLost_NothingIsDoubledAndCountsClose()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        slice.Sandbox.Faults.DropNextBulkReplies(3);
        slice.Sandbox.Faults.RejectNextItems(7);
        var done = await slice.DoAsync(new BackfillStep());
        var expected = slice.Golden("logs").Count();
        Assert.Equal((expected, 0, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["rejected"], done.Report.Numbers["existing"]));
        Assert.Equal(expected, slice.Sandbox.Documents("logs").Count);
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task RunAsync_StoppedAndStartedAgain_SendsNothingTwice(int looks)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", InSmallBatches);
        var expected = slice.Golden("logs").Count();
        await StopInTheMiddleAsync(slice, looks);

        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal((expected, 0), (done.Report.Numbers["accepted"], done.Report.Numbers["existing"]));
        Assert.Equal(expected, slice.Sandbox.Documents("logs").Count);
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
    }

    [Fact]
    public async Task RevertAsync_AfterAStopInTheMiddle_TakesWhatWasSentForOurs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", InSmallBatches);
        await StopInTheMiddleAsync(slice, looks: 3);
        await slice.DoAsync(new BackfillStep());
        var look = Assert.Single(await new BackfillStep().LookAsync(slice.Run.LookContextOf(new BackfillStep()), Cancellation));
        Assert.Equal((slice.Golden("logs").Count(), 0), (look.Documents, look.Foreign));
        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    [Fact]
    public async Task RunAsync_NoDocumentCanBeSent_IsToldAndKeptAsItGoes()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["nosource"] }, Backfill = new() { OperationCountMax = 2, Connections = 1, Workers = 1 } });
        var step = new BackfillStep();
        var total = slice.Golden("nosource").Count();
        Assert.InRange(total, 8, 10_000);

        var done = await slice.DoAsync(step);

        Assert.Equal((total, total), (done.Report.Numbers["documents"], done.Report.Numbers["rejected"]));
        Assert.Empty(slice.Sandbox.Documents("nosource"));
        Assert.Equal(total, slice.Findings(step).Select(Rejected).Select(line => line.Id).Distinct().Count());

        // At no moment more than a batch of them was held back.
        var journal = Encoding.UTF8.GetString((await slice.Run.FilesOf(step).Item("nosource").ReadAsync("journal.jsonl", Cancellation))!);
        var steps = journal.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var counts = steps.GroupBy(line => line.GetProperty("item").GetString()!).SelectMany(shard => shard.Select(Count).Zip(shard.Select(Count).Prepend(0), (now, before) => now - before)).ToArray();
        Assert.Equal(total, counts.Sum());
        Assert.All(counts, count => Assert.InRange(count, 0, 2));

        static int Count(JsonElement line) => line.GetProperty("numbers").TryGetProperty("rejected", out var rejected) ? rejected.GetInt32() : 0;
    }

    [Theory]
    [InlineData("logs", false)]
    [InlineData("nested", true)]
    public async Task RunAsync_NestedObjects_MakeTheTotalAnUpperBoundUntilTheEnd(string index, bool isAtMost)
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = [index] } });
        slice.Run.Progress.Clear();
        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal(isAtMost, slice.Run.Progress[0].TotalIsAtMost);
        Assert.Equal((done.Report.Numbers["documents"], false), (slice.Run.Progress[^1].Total!.Value, slice.Run.Progress[^1].TotalIsAtMost));
    }

    [Fact]
    public async Task RunAsync_SeveralIndices_TellsHowFarEachIs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", new() { Indices = new() { Include = ["logs", "nested"] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } });
        slice.Run.Progress.Clear();
        await slice.DoAsync(new BackfillStep());
        Assert.Equal(new ItemsProgress(0, 2, []), slice.Run.Progress[0].Items);
        Assert.Equal(new ItemsProgress(2, 2, []), slice.Run.Progress[^1].Items);
        Assert.All(slice.Run.Progress, progress => Assert.InRange(progress.Items!.UnderWay.Sum(item => item.Done), 0, progress.Done));
        Assert.All(slice.Run.Progress.SelectMany(progress => progress.Items!.UnderWay), item => Assert.InRange(item.Done, 1, item.Total));
    }

    [Fact]
    public async Task RunAsync_BodyTooLargeForTheTarget_IsSplit()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = new() });
        slice.Sandbox.Faults.BulkBodyBytesMax = 2_000;
        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal(slice.Golden("logs").Count(), done.Report.Numbers["accepted"]);
        Assert.Contains(done.Report.Lines, line => line.Contains("larger than the target takes (413), and were sent in parts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunAsync_AProxyDoesNotWait_SendsAgainAndSaysSo()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = new() });
        slice.Sandbox.Faults.FailNextBulks(1, 504);
        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal(slice.Golden("logs").Count(), done.Report.Numbers["written"]);
        Assert.Contains("1 request was not answered in time, and was sent again, in parts where it was large: targets.blue.timeouts.bulkSeconds says how long one may take, and a proxy may have a limit of its own", done.Report.Lines);
    }

    [Fact]
    public async Task RevertAsync_IndexWasEmpty_EmptiesItAndKeepsItsDefinition()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.PutAsync("/logs/_settings", """{"index.routing.allocation.exclude.zone":"x","index.refresh_interval":"7s"}""", Cancellation);
        var before = await WholeAsync(slice);
        Assert.Contains("everything", before, StringComparison.Ordinal);
        await slice.DoAsync(new BackfillStep());
        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);
        Assert.Empty(slice.Sandbox.Documents("logs"));
        Assert.Equal(before, await WholeAsync(slice));

        var again = await slice.DoAsync(new BackfillStep());
        Assert.Equal(slice.Golden("logs").Count(), again.Report.Numbers["accepted"]);
    }

    [Fact]
    public async Task RevertAsync_IndexHadDocuments_DeletesOursAndKeepsThem()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        var document = slice.Golden("logs").First();
        await slice.Target.PutAsync("/logs/_doc/mine", """{"mine":1}""", Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(document.Id)}", document.Source!, Cancellation);
        var done = await slice.DoAsync(new BackfillStep());
        Assert.Equal(1, done.Report.Numbers["existing"]);
        var look = Assert.Single(await new BackfillStep().LookAsync(slice.Run.LookContextOf(new BackfillStep()), Cancellation));
        Assert.Equal((DestructionKind.DeleteDocuments, "blue", "logs", slice.Golden("logs").Count() - 1, 2), (look.Kind, look.Target, look.Name, look.Documents, look.Foreign));

        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);

        Assert.Equal(new[] { "mine", document.Id }.Order(StringComparer.Ordinal), slice.Sandbox.Documents("logs").Select(kept => kept.Id));
        Assert.Empty(await slice.Run.FilesOf(new BackfillStep()).ListItemsAsync(Cancellation));
    }

    [Fact]
    public async Task RevertAsync_OthersWroteSince_KeepsWhatTheyWroteAndRewrote()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.DoAsync(new BackfillStep());
        var rewritten = slice.Golden("logs").First();
        await slice.Target.PutAsync("/logs/_doc/client-1", """{"mine":1}""", Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(rewritten.Id)}", """{"mine":2}""", Cancellation);

        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);

        Assert.Equal(
            new[] { ("client-1", """{"mine":1}"""), (rewritten.Id, """{"mine":2}""") }.Order(),
            slice.Sandbox.Documents("logs").Select(kept => (kept.Id, Encoding.UTF8.GetString(kept.Source.Span))).Order());
    }

    [Fact]
    public async Task RevertAsync_MoreThanWasApproved_DestroysNothing()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.DoAsync(new BackfillStep());
        var changed = Assert.IsType<RevertResult.Changed>(await new BackfillStep().RevertAsync(slice.Run.RevertContextOf(new BackfillStep()) with { Approved = [] }, Cancellation));
        Assert.Equal(("logs", slice.Golden("logs").Count()), (changed.Now.Single().Name, changed.Now.Single().Documents));
        Assert.Equal(slice.Golden("logs").Count(), slice.Sandbox.Documents("logs").Count);
    }

    [Fact]
    public async Task RevertAsync_KilledThenMoreThanWasApproved_FinishesWhatIsBegunAndTellsWhatIsGone()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["logs", "routed", "versions"] } });
        var step = new BackfillStep();
        await slice.DoAsync(step);
        var versions = slice.Sandbox.Documents("versions").Count;
        Assert.True(versions > 0);

        // Deleted, made again, and the next one is about to be deleted.
        var asked = 0;
        await Assert.ThrowsAsync<IOException>(async () => await step.RevertAsync(slice.Run.RevertContextOf(step) with { AssertLease = () => _ = ++asked == 3 ? throw new IOException("killed") : asked }, Cancellation));
        Assert.Empty(slice.Sandbox.Documents("logs"));

        var changed = Assert.IsType<RevertResult.Changed>(await step.RevertAsync(slice.Run.RevertContextOf(step) with { Approved = [] }, Cancellation));
        Assert.Equal(["logs", "routed"], changed.Gone);
        Assert.Equal("versions", Assert.Single(changed.Now).Name);
        Assert.Equal((0, 0, versions), (slice.Sandbox.Documents("logs").Count, slice.Sandbox.Documents("routed").Count, slice.Sandbox.Documents("versions").Count));

        // What is gone is copied again, and only that.
        await slice.DoAsync(step);
        Assert.Equal((slice.Golden("logs").Count(), slice.Golden("routed").Count(), versions), (slice.Sandbox.Documents("logs").Count, slice.Sandbox.Documents("routed").Count, slice.Sandbox.Documents("versions").Count));
        Assert.Empty(Assert.IsType<RevertResult.Changed>(await step.RevertAsync(slice.Run.RevertContextOf(step) with { Approved = [] }, Cancellation)).Gone);
    }

    [Fact]
    public async Task RevertAsync_OneItem_LeavesTheOther()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["logs", "routed"] } });
        await slice.DoAsync(new BackfillStep());
        Assert.IsType<RevertResult.Done>(await new BackfillStep().RevertAsync(slice.Run.RevertContextOf(new BackfillStep()) with { Items = ["routed"] }, Cancellation));
        Assert.Equal((slice.Golden("logs").Count(), 0), (slice.Sandbox.Documents("logs").Count, slice.Sandbox.Documents("routed").Count));

        var again = await slice.DoAsync(new BackfillStep());
        Assert.Equal(slice.Golden("logs").Count() + slice.Golden("routed").Count(), again.Report.Numbers["accepted"]);
        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
    }

    [Fact]
    public async Task RunAsync_SliceGainsAnIndex_SendsThatIndexOnly()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Indices = new() { Include = ["logs", "routed"] } });
        slice.Run.Change(with => with with { Indices = Logs.Indices });
        await slice.DoAsync(new BackfillStep());
        await slice.Target.PutAsync("/routed/_doc/mine?routing=x", """{"n":1}""", Cancellation);
        slice.Run.Change(with => with with { Indices = new() { Include = ["logs", "routed"] } });

        var evaluated = await slice.Run.EvaluateAsync(new BackfillStep(), Cancellation);
        Assert.Equal((1, 1), (evaluated.Numbers["indices"], evaluated.Numbers["kept"]));
        await slice.DoAsync(new BackfillStep());

        Assert.All(slice.Sandbox.Documents("logs"), document => Assert.Equal(1, document.Version));
        Assert.Equal(slice.Golden("routed").Count() + 1, slice.Sandbox.Documents("routed").Count);

        // Its own count: the index had a document before its turn came.
        await slice.Run.RevertAsync(new BackfillStep(), Cancellation);
        Assert.Equal(["mine"], slice.Sandbox.Documents("routed").Select(document => document.Id));
        Assert.Empty(slice.Sandbox.Documents("logs"));
    }

    [Fact]
    public async Task EvaluateAsync_AFileOfTheRepositoryIsGone_IsRefused()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        Assert.Contains("every file is there", (await slice.Run.EvaluateAsync(new BackfillStep(), Cancellation)).Lines[0], StringComparison.Ordinal);
        File.Delete(Directory.EnumerateFiles(slice.Repository, "__*", SearchOption.AllDirectories).MaxBy(file => new FileInfo(file).Length)!);
        slice.Run.Change(with => with with { Indices = new() { Include = ["*"], Exclude = [".*"] } });
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.Run.EvaluateAsync(new BackfillStep(), Cancellation));
        Assert.Equal("PG3004", failure.Because.Code);
    }

    [Fact]
    public async Task RunAsync_IndexIsDeletedWhileDocumentsAreSent_FailsAndFillsNoOther()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs with { Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } });
        var isFirst = true;
        slice.Run.OnProgress = progress =>
        {
            if (progress.Done > 0 && isFirst)
            {
                isFirst = false;
                slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation).GetAwaiter().GetResult();
            }
        };
        slice.Sandbox.Faults.DelayPerBulk = TimeSpan.FromMilliseconds(30);
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.Equal(("PG4012", false), (failure.Because.Code, failure.IsTransient));

        // One request was on its way; nothing was sent after it, and nothing is sent to what it made up.
        Assert.True(slice.Sandbox.Documents("logs").Count <= 5);
        failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.Equal("PG4012", failure.Because.Code);
        Assert.True(slice.Sandbox.Documents("logs").Count <= 5);
    }

    [Fact]
    public async Task RunAsync_IndexOfMetadataIsGone_WritesNothing()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Logs);
        await slice.Target.SendAsync(HttpMethod.Delete, "/logs", null, Cancellation);
        var failure = await Assert.ThrowsAsync<StepException>(() => slice.DoAsync(new BackfillStep()));
        Assert.Equal(("PG4012", false), (failure.Because.Code, failure.IsTransient));
        Assert.DoesNotContain("logs", slice.Sandbox.Indices);
    }

    /// <summary>Everything that the target says of the index, but for what it gives to each one anew.</summary>
    /// <summary>Stops a backfill when some of it is done, and not all.</summary>
    /// <param name="looks">At the lease, which is looked at before anything and after each batch.</param>
    private static async Task StopInTheMiddleAsync(SliceOnSandbox slice, int looks)
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;
        var step = new BackfillStep();
        var context = slice.Run.ContextOf(step, null) with { StopRequested = stop.Token, AssertLease = () => { if (++asked == looks) { stop.Cancel(); } } };
        Assert.IsType<StepResult.Stopped>(await step.RunAsync(context, Cancellation));
        using var journal = await Portage.Steps.WorkItems.ItemJournal.LookAsync(slice.Run.FilesOf(step).Item("logs"), "logs", Cancellation);
        Assert.InRange(journal.Sum("accepted"), 1, slice.Golden("logs").Count() - 1);
    }

    private static async Task<string> WholeAsync(SliceOnSandbox slice)
    {
        var index = (await slice.Target.GetAsync("/logs", Cancellation))["logs"]!;
        var settings = index["settings"]!["index"]!.AsObject();
        settings.Remove("uuid");
        settings.Remove("creation_date");
        return index.ToJsonString();
    }

    private static (string Index, string Id, string Error) Rejected(string line)
    {
        using var json = JsonDocument.Parse(line);
        return (json.RootElement.GetProperty("index").GetString()!, json.RootElement.GetProperty("id").GetString()!, json.RootElement.GetProperty("errorType").GetString()!);
    }
}
