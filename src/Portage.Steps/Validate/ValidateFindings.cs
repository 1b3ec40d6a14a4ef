using System.Text;
using System.Text.Json;
using Portage.Clusters.Validation;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Validate;

/// <summary>Writes documents that are missing or differ as lines that say which, where and how.</summary>
/// <remarks>
/// One JSON object a line: <c>formatVersion, finding</c> (<c>missing</c>, <c>differing</c>)<c>, index, shard, position, id,
/// targetIndex, targetId, targetRouting, source, target</c>; the last two are the texts of both sides, cut at 1,000 characters.
/// </remarks>
internal static class ValidateFindings
{
    private const int FormatVersion = 1;
    private const int TextMax = 1_000;

    public static void Append(MemoryStream into, string finding, WorkItem? item, long? position, string? id, DocumentKey key, ReadOnlyMemory<byte>? source, ReadOnlyMemory<byte>? target)
    {
        using (var json = new Utf8JsonWriter(into))
        {
            json.WriteStartObject();
            json.WriteNumber("formatVersion", FormatVersion);
            json.WriteString("finding", finding);
            if (item is { } from)
            {
                json.WriteString("index", from.Index);
                json.WriteNumber("shard", from.Shard);
                json.WriteNumber("position", position!.Value);
                json.WriteString("id", id);
            }

            json.WriteString("targetIndex", key.Index);
            json.WriteString("targetId", key.Id);
            json.WriteString("targetRouting", key.Routing);
            json.WriteString("source", Text(source));
            json.WriteString("target", Text(target));
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
