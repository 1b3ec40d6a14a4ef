using System.Text;
using System.Text.Json;
using Portage.Clusters.Validation;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Writes documents that are missing, differ or are too many as lines that say which, where and how.</summary>
/// <remarks>
/// One JSON object a line: <c>formatVersion, finding</c> (<c>missing</c>, <c>differing</c>, <c>extra</c>)<c>, index, shard, position, id,
/// targetIndex, targetId, routing, targetRouting, source, target</c>. The last two are the texts of both sides, cut at 1,000 characters. Of
/// an extra document there is only what names it: <c>index, targetIndex, targetId, targetRouting</c>.
/// </remarks>
internal static class ValidateFindings
{
    private const int FormatVersion = 1;
    private const int TextMax = 1_000;

    /// <param name="key">Where the document should be.</param>
    /// <param name="found">What is there.</param>
    public static void Append(MemoryStream into, string finding, WorkItem item, long position, string id, DocumentKey key, ReadOnlyMemory<byte>? source, FoundDocument found) => Line(into, finding, json =>
    {
        json.WriteString("index", item.Index);
        json.WriteNumber("shard", item.Shard);
        json.WriteNumber("position", position);
        json.WriteString("id", id);
        json.WriteString("targetIndex", key.Index);
        json.WriteString("targetId", key.Id);
        json.WriteString("routing", key.Routing);
        json.WriteString("targetRouting", found.Routing);
        json.WriteString("source", Text(source));
        json.WriteString("target", Text(found.Source));
    });

    /// <param name="key">Where the document is that should not be.</param>
    public static void AppendExtra(MemoryStream into, string index, DocumentKey key) => Line(into, "extra", json =>
    {
        json.WriteString("index", index);
        json.WriteString("targetIndex", key.Index);
        json.WriteString("targetId", key.Id);
        json.WriteString("targetRouting", key.Routing);
    });

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
