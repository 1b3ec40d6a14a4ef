using System.Text.Json.Nodes;
using Portage.Snapshots.Formats;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Rules;

/// <summary>
/// Date formats in the letters of Elasticsearch before 7.0 (Joda's), some of which mean something else since: <c>YYYY-MM-dd</c> would read
/// 2019-12-30 as 2018-12-30, and nobody would be told. An index keeps the letters of the version that made it; a template those of its cluster.
/// </summary>
/// <remarks>
/// <c>yyyy</c> stays although it is the year of an era since: years before the first one are refused there, and no other differs. That numbers must have as
/// many digits as letters since 7.0 stays as well: such documents are rejected and told, and not read wrongly.
/// </remarks>
internal static class DateRules
{
    private const string DefaultFormat = "strict_date_optional_time||epoch_millis";

    /// <summary>True for what was made by a version with the old letters.</summary>
    public static bool HasOldLetters(SourceVersion created) => !created.IsOpenSearch && created.Major < 7;

    /// <summary>True for what was made by a version that read any number as a date, whatever the format.</summary>
    private static bool ReadsNumbers(SourceVersion created) => !created.IsOpenSearch && created.Major < 2;

    /// <summary>The formats of fields, multi-fields, dynamic templates and of what is taken for a date.</summary>
    public static void Replace(Draft draft, SourceVersion created)
    {
        foreach (var field in MappedField.AllOf(draft.Mapping))
        {
            if (field.Type is null or "date" or "date_range" or "date_nanos" && field.Json["format"] is JsonValue format)
            {
                field.Json["format"] = Replaced(draft, $"{field.Label}: format", format.ToString());
            }

            if (field.Type == "date")
            {
                if (ReadsNumbers(created))
                {
                    AddNumbers(draft, field);
                }

                // Elasticsearch 2 writes its default down, and no target does.
                if (field.Json["format"]?.ToString() == DefaultFormat)
                {
                    field.Json.Remove("format");
                }
            }
        }

        if (draft.Mapping["dynamic_date_formats"] is JsonArray dynamic)
        {
            draft.Mapping["dynamic_date_formats"] = new JsonArray([.. dynamic.Select(format => (JsonNode?)Replaced(draft, "dynamic_date_formats", $"{format}"))]);
        }
    }

    private static void AddNumbers(Draft draft, MappedField field)
    {
        var isSeconds = field.Json["numeric_resolution"]?.ToString() is "seconds" or "SECONDS";
        field.Json.Remove("numeric_resolution");
        if (field.Json["format"]?.ToString() is { } format && !format.Contains("epoch_", StringComparison.Ordinal))
        {
            var more = $"{format}||{(isSeconds ? "epoch_second" : "epoch_millis")}";
            draft.Change($"{field.Label}: format: {format} → {more} (before 2.0 every date was read from a number as well)");
            field.Json["format"] = more;
        }
    }

    /// <summary>The formats of a query, as the filter of an alias has it.</summary>
    public static void ReplaceInQueries(Draft draft, string label, JsonNode? query)
    {
        switch (query)
        {
            case JsonArray several:
                foreach (var one in several)
                {
                    ReplaceInQueries(draft, label, one);
                }

                break;
            case JsonObject members:
                foreach (var (name, value) in members.ToArray())
                {
                    foreach (var (field, range) in name == "range" && value is JsonObject ranges ? ranges.ToArray() : [])
                    {
                        if (range is JsonObject of && of["format"] is JsonValue format)
                        {
                            of["format"] = Replaced(draft, $"{label}: format of range {field}", format.ToString());
                        }
                    }

                    ReplaceInQueries(draft, label, value);
                }

                break;
        }
    }

    private static string Replaced(Draft draft, string where, string format)
    {
        var read = JodaFormat.Read(format);
        if (read.Impossible is { } why)
        {
            draft.Refuse($"{where} {format} has no equal since Elasticsearch 7.0: {why}");
            return format;
        }

        if (read.Loses is { } loses)
        {
            draft.Drop($"{where} {format}: {loses}");
        }

        if (read.Text != format)
        {
            draft.Change($"{where}: {format} → {read.Text} (the letters mean something else since Elasticsearch 7.0)");
        }

        return read.Text;
    }
}
