using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Configuration.Fields;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Schema;

/// <summary>The configuration as a JSON Schema (https://json-schema.org/draft/2020-12/schema), for editors: completion, descriptions, and most errors while typing.</summary>
/// <remarks>What a schema cannot say is left to the reader: references, names that collide, slices that overlap, regular expressions that compile.</remarks>
public static class JsonSchema
{
    private const string NamePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$";

    /// <summary>The schema, indented by two, with a line break at the end.</summary>
    public static string Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "Portage configuration");
            WriteRecord(writer, RecordShape.Root);
            writer.WriteStartObject("$defs");
            foreach (var shape in Reachable(RecordShape.Root, []).OrderBy(DefinitionName, StringComparer.Ordinal))
            {
                writer.WriteStartObject(DefinitionName(shape));
                WriteRecord(writer, shape);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static HashSet<RecordShape> Reachable(RecordShape shape, HashSet<RecordShape> seen)
    {
        foreach (var below in shape.Fields.Select(field => field.Record).OfType<RecordShape>())
        {
            if (seen.Add(below))
            {
                Reachable(below, seen);
            }
        }

        return seen;
    }

    private static string DefinitionName(RecordShape shape) => FieldShape.Camel(shape.Type.Name.Replace("Config", "", StringComparison.Ordinal));

    private static void WriteRecord(Utf8JsonWriter writer, RecordShape shape)
    {
        var required = shape.Fields.Where(field => field.Facts.Required).Select(field => field.Name).ToList();
        if (required.Count == 0 && shape.ExactlyOneOf.Length == 0)
        {
            // A name with nothing after it stands for everything at its default.
            writer.WriteStartArray("type");
            writer.WriteStringValue("object");
            writer.WriteStringValue("null");
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteString("type", "object");
        }

        writer.WriteStartObject("properties");
        if (shape == RecordShape.Root)
        {
            writer.WriteStartObject(Binder.SchemaKey);
            writer.WriteString("type", "string");
            writer.WriteString("description", "Where an editor finds this schema; means nothing to Portage.");
            writer.WriteEndObject();
        }

        foreach (var field in shape.Fields.OrderBy(field => field.Order))
        {
            writer.WriteStartObject(field.Name);
            WriteField(writer, field);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (required.Count > 0)
        {
            WriteTexts(writer, "required", required);
        }

        if (shape.ExactlyOneOf.Length > 0)
        {
            writer.WriteStartArray("oneOf");
            foreach (var alternative in shape.ExactlyOneOf)
            {
                writer.WriteStartObject();
                WriteTexts(writer, "required", [alternative.Name]);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteBoolean("additionalProperties", false);
    }

    private static void WriteField(Utf8JsonWriter writer, FieldShape field)
    {
        var facts = field.Facts;
        var left = facts.Default is { } otherwise ? $" Left out: {otherwise}." : "";
        writer.WriteString("description", $"{facts.Description}{(facts.Unit is { } unit ? $" In {unit}." : "")}{left}");
        switch (field.Kind)
        {
            case FieldKind.Record:
                writer.WriteString("$ref", $"#/$defs/{DefinitionName(field.Record!)}");
                return;
            case FieldKind.Map:
                writer.WriteString("type", "object");
                writer.WriteStartObject("patternProperties");
                writer.WriteStartObject(NamePattern);
                writer.WriteString("$ref", $"#/$defs/{DefinitionName(field.Record!)}");
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteBoolean("additionalProperties", false);
                return;
            case FieldKind.List:
                writer.WriteString("type", "array");
                writer.WriteStartObject("items");
                writer.WriteString("$ref", $"#/$defs/{DefinitionName(field.Record!)}");
                writer.WriteEndObject();
                return;
            case FieldKind.Texts:
                writer.WriteString("type", "array");
                writer.WriteStartObject("items");
                WriteText(writer, field);
                writer.WriteEndObject();
                if (facts.NotEmpty)
                {
                    writer.WriteNumber("minItems", 1);
                }

                break;
            case FieldKind.Whole:
                writer.WriteString("type", "integer");
                writer.WriteNumber("minimum", facts.Min);
                writer.WriteNumber("maximum", facts.Max);
                break;
            case FieldKind.Flag:
                writer.WriteString("type", "boolean");
                break;
            case FieldKind.Choice:
                WriteTexts(writer, "enum", field.Choices);
                break;
            default:
                WriteText(writer, field);
                if (facts.Example is { } example)
                {
                    WriteTexts(writer, "examples", [example]);
                }

                break;
        }

        if (field.Default is not null && facts.Default is null)
        {
            writer.WritePropertyName("default");
            writer.WriteRawValue(field.DefaultJson);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, FieldShape field)
    {
        if (field.Gate is { } gate)
        {
            var comparison = string.Create(CultureInfo.InvariantCulture, $@"\s*({string.Join('|', gate.Numbers)})\s*(==|!=|<=|>=|<|>)\s*-?\d{{1,18}}\s*");
            writer.WriteString("type", "string");
            writer.WriteString("pattern", $"^(manual|auto|none|{comparison}(&&{comparison})*)$");
            return;
        }

        writer.WriteString("type", "string");
        var pattern = field.Facts.Form switch
        {
            TextForm.Endpoint or TextForm.WebAddress => @"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s\\]+(/[^?#@\s\\]*)?$",
            TextForm.ClusterVersion => @"^\s*[A-Za-z]+[ _-]?\d{1,3}\.\d{1,3}(\.\d{1,3})?(-\w+)?\s*$",
            TextForm.IndexPattern => """^(regex:.+|[^- ,"\\/<>|][^ ,"\\/<>|]*)$""",
            TextForm.AbsolutePath => "^/",
            TextForm.AbsolutePathElsewhere => @"^(/|\\\\|[A-Za-z]:[\\/])",
            TextForm.SecretName => NamePattern,
            TextForm.BucketName => "^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$",
            _ => field.Reference is null ? null : NamePattern,
        };
        if (pattern is not null)
        {
            writer.WriteString("pattern", pattern);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, string key, IEnumerable<string> texts)
    {
        writer.WriteStartArray(key);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
