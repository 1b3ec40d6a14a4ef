using System.Buffers;
using System.Text;
using System.Text.Json;
using Portage.Engine.Ledger;

namespace Portage.Engine.Tests.Histories;

/// <summary>
/// A ledger kept as <c>NAME.ERA.jsonl</c>, one event a line with its time: what an engine of that era wrote. Never edited, never
/// deleted: today's engine must go on with it.
/// </summary>
internal static class HistoryFile
{
    public const string Era = "2026-11-28";

    public static string Folder { get; } = Path.Combine(Checkout.Root, "tests", "Portage.Engine.Tests", "Histories");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal);

    public static RecordedEvent[] Read(string name) => [.. File.ReadLines(Path.Combine(Folder, name + ".jsonl")).Select((line, i) =>
    {
        using var json = JsonDocument.Parse(line);
        var body = Encoding.UTF8.GetBytes(json.RootElement.GetProperty("body").GetRawText());
        return new RecordedEvent(i + 1, json.RootElement.GetProperty("at").GetDateTimeOffset(), LedgerJson.Read(body));
    })];

    public static void Write(string name, IEnumerable<RecordedEvent> events) =>
        File.WriteAllText(Path.Combine(Folder, name + ".jsonl"), string.Concat(events.Select(Line)));

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
