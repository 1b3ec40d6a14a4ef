using System.Buffers;
using System.Text;
using System.Text.Json;
using Portage.Backends.Embedded;
using Portage.Engine.Ledger;
using Portage.Sandbox;
using Portage.Steps;

namespace Portage.Scenarios.Contracts;

/// <summary>
/// A ledger that the program once wrote: one slice complete, another under review, an edit pending, two sessions. It never changes,
/// so that what is answered about it changes only with the answers.
/// </summary>
internal static class ContractHistory
{
    private static readonly string FilePath = Path.Combine(Checkout.Root, "tests", "Portage.Scenarios", "Contracts", "history.jsonl");

    /// <summary>The events. Where the file is missing, they are recorded with <c>UPDATE_GOLDEN=1</c>.</summary>
    public static async Task<IReadOnlyList<RecordedEvent>> ReadAsync()
    {
        if (!File.Exists(FilePath) && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            await File.WriteAllTextAsync(FilePath, await RecordAsync());
        }

        return [.. File.ReadLines(FilePath).Select((line, i) => Read(line, i + 1))];
    }

    private static RecordedEvent Read(string line, long sequence)
    {
        using var document = JsonDocument.Parse(line);
        return new(sequence, document.RootElement.GetProperty("at").GetDateTimeOffset(), LedgerJson.Read(Encoding.UTF8.GetBytes(document.RootElement.GetProperty("body").GetRawText())));
    }

    private static async Task<string> RecordAsync()
    {
        await using var target = await SandboxCluster.StartAsync(new SandboxOptions(), TestContext.Current.CancellationToken);
        await using var workflow = new Workflow();
        await Samples.CommitAsync(workflow, $$"""
            targets: { blue: { endpoint: "{{target.Endpoint}}" } }
            migrations:
              shop:
                snapshots: { main: { repository: { file: { path: "{{workflow["repository"]}}" } }, existing: nightly } }
                slices:
                  customers: { indices: { include: [customers] }, metadata: { approve: manual } }
                  orders: { indices: { include: ["orders-*"] }, metadata: { approve: none }, backfill: { workers: 2 } }
            """);
        (await workflow.RunAsync("start", "--attach")).Expect(3);
        (await workflow.RunAsync("configure", "update", "migrations.shop.slices.orders.backfill.conflict", "overwrite", "--message", "newest wins")).Expect(0);
        (await workflow.RunAsync("session", "copy", "default", "trial")).Expect(0);
        (await workflow.RunAsync("session", "switch", "default")).Expect(0);
        var events = await new HomeAccess(new(workflow.Home), StepCatalog.Planner, TimeProvider.System).ReadEventsAsync(TestContext.Current.CancellationToken);
        return string.Concat(events.Select(Line));
    }

    private static string Line(RecordedEvent recorded)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", recorded.At);
            json.WritePropertyName("body");
            json.WriteRawValue(LedgerJson.Write(recorded.Event));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
