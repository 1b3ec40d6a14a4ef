using System.Collections.Immutable;
using System.Text.Json;
using Portage.Clusters.Validation;
using Portage.Configuration;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>The target has documents of the ids that are sent: who wrote them decides what they count as.</summary>
public sealed class TakenIdsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static SliceConfig Of(string index) => new() { Indices = new() { Include = [index] }, Backfill = new() { OperationCountMax = 5, Connections = 1, Workers = 1 } };

    [Fact]
    public async Task RunAsync_TargetHadTheSameAndOtherContent_TellsThemApart()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[0].Id)}", golden[0].Source!, Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((golden.Length, golden.Length - 1, golden.Length - 2, 2, 1, 0), CountsOf(done.Report.Numbers));
        Assert.Contains(", 1 differing: the target has another content of the same id, and keeps it; 2 were there already", done.Report.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_AnswersAreLostWhereOthersHadDocuments_OurOwnAreWritten()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        var golden = slice.Golden("logs").ToArray();
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[0].Id)}", golden[0].Source!, Cancellation);
        await slice.Target.PutAsync($"/logs/_doc/{Uri.EscapeDataString(golden[1].Id)}", """{"mine":true}""", Cancellation);
        slice.Sandbox.Faults.DropNextBulkReplies(2);

        var done = await slice.DoAsync(new BackfillStep());

        Assert.Equal((golden.Length, golden.Length - 1, golden.Length - 2, 2, 1, 0), CountsOf(done.Report.Numbers));
    }

    [Fact]
    public async Task RunAsync_SomebodyWritesAnIdMeanwhile_IsNotCountedAsOurs()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("logs"));
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", send => send(HttpMethod.Put, $"/logs/_doc/{Uri.EscapeDataString(NotYetThere(slice, "logs").Id)}", """{"theirs":true}""")) { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        var golden = slice.Golden("logs").Count();
        Assert.Equal((golden, golden - 1, golden - 1, 1, 1, 0), CountsOf(done.Report.Numbers));
    }

    [Fact]
    public async Task RunAsync_AnotherRoutingHasTheId_IsRejectedByName()
    {
        await using var slice = await SliceOnSandbox.OfAsync("es-7.10.2", Of("routed"));
        var met = default(GoldenDocument)!;
        using var meanwhile = new Meanwhile(slice.Sandbox.Transport, "POST /_bulk", async send =>
        {
            met = NotYetThere(slice, "routed");
            await send(HttpMethod.Put, $"/routed/_doc/{met.Id}?routing={await OtherRoutingAsync(slice, met)}", met.Source);
        })
        { IsArmed = true };

        var done = await slice.DoAsync(new BackfillStep(meanwhile));

        var golden = slice.Golden("routed").Count();
        Assert.Equal((golden, golden - 1, golden - 1, 0, 0, 1), CountsOf(done.Report.Numbers));
        using var finding = JsonDocument.Parse(Assert.Single(slice.Findings(new BackfillStep())));
        Assert.Equal((met.Id, "id_taken"), (finding.RootElement.GetProperty("id").GetString(), finding.RootElement.GetProperty("errorType").GetString()));
        Assert.Contains($"the routing '{met.Routing}'", finding.RootElement.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static GoldenDocument NotYetThere(SliceOnSandbox slice, string index)
    {
        var there = slice.Sandbox.Documents(index).Select(document => document.Id).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(there);
        return slice.Golden(index).First(document => !there.Contains(document.Id));
    }

    /// <summary>Another routing that leads to the same shard.</summary>
    private static async Task<string> OtherRoutingAsync(SliceOnSandbox slice, GoldenDocument document)
    {
        var settings = (await slice.Target.GetAsync("/routed/_settings?flat_settings=true", Cancellation))["routed"]!["settings"]!;
        var shards = int.Parse(settings["index.number_of_shards"]!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        var routing = new ShardRouting(shards, ShardRouting.RoutingShardsOf(shards), 1);
        return Enumerable.Range(0, 1_000).Select(number => $"other{number}").First(other => routing.ShardOf(document.Id, other) == routing.ShardOf(document.Id, document.Routing));
    }

    private static (long Documents, long Accepted, long Written, long Existing, long Differing, long Rejected) CountsOf(ImmutableSortedDictionary<string, long> numbers) =>
        (numbers["documents"], numbers["accepted"], numbers["written"], numbers["existing"], numbers["differing"], numbers["rejected"]);
}
