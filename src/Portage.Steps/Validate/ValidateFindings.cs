using System.Text;
using System.Text.Json;
using Portage.Clusters.Validation;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Writes documents that are missing, differ, cannot be compared or are too many as lines that say which, where and how.</summary>
/// <remarks>
/// One JSON object a line: <c>formatVersion, finding</c> (<c>missing</c>, <c>differing</c>, <c>notCompared</c>, <c>moved</c>, <c>extra</c>)<c>, index, shard, position, id,
/// targetIndex, targetId, routing, targetRouting, reason, source, target</c>. The last two are the texts of both sides, cut at 1,000 characters. Of
/// an extra document there is only what names it: <c>index, targetIndex, targetId, targetRouting</c>, of a moved one also <c>routing</c>.
/// </remarks>
internal static class ValidateFindings
{
    private const int FormatVersion = 1;
    private const int TextMax = 1_000;

    /// <param name="found">What is there.</param>
    /// <param name="reason">What differs, or why it is not compared.</param>
    public static void Append(MemoryStream into, string finding, WorkItem item, SourceSide side, FoundDocument found, string? reason) => Line(into, finding, json =>
    {
        json.WriteString("index", item.Index);
        json.WriteNumber("shard", item.Shard);
        json.WriteNumber("position", side.Position);
        json.WriteString("id", side.Id);
        json.WriteString("targetIndex", side.Key.Index);
        json.WriteString("targetId", side.Key.Id);
        json.WriteString("routing", side.Key.Routing);
        json.WriteString("targetRouting", found.Routing);
        json.WriteString("reason", reason);
        json.WriteString("source", Text(side.Source));
        json.WriteString("target", Text(found.Source));
    });

    /// <param name="key">Where the document is that should not be.</param>
    public static void AppendExtra(MemoryStream into, string index, DocumentKey key) => Line(into, "extra", json => Names(json, index, key));

    /// <param name="key">Where the document is.</param>
    /// <param name="routing">With which routing it should be there.</param>
    public static void AppendMoved(MemoryStream into, string index, DocumentKey key, string? routing) => Line(into, "moved", json =>
    {
        Names(json, index, key);
        json.WriteString("routing", routing);
    });

    private static void Names(Utf8JsonWriter json, string index, DocumentKey key)
    {
        json.WriteString("index", index);
        json.WriteString("targetIndex", key.Index);
        json.WriteString("targetId", key.Id);
        json.WriteString("targetRouting", key.Routing);
    }

    private static void Line(MemoryStream into, string finding, Action<Utf8JsonWriter> write)
    {
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", FormatVersion);
            json.WriteString("finding", finding);
            write(json);
            json.WriteEndObject();
        }

        into.WriteByte((byte)'\n');
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is not { } some)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(some.Span);
        return text.Length <= TextMax ? text : text[..TextMax] + "…";
    }
}
