using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Configuration.Fields;

namespace Portage.Configuration.Reading;

/// <summary>
/// Writes records as canonical JSON: one line, keys in ordinal order, only what differs from its default or is
/// required. Two configurations that mean the same have the same canonical JSON.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The text goes to a ledger and to a terminal, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static string Write(MigrationConfig config) => Write(writer => WriteRecord(writer, RecordShape.Root, config));

    /// <summary>The value of one field, whatever its default.</summary>
    public static string WriteValue(FieldShape field, object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int or long => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        _ => Write(writer => WriteValue(writer, field, value)),
    };

    /// <summary>True when the field may be left out of the canonical form.</summary>
    public static bool IsDefault(FieldShape field, object? value) => (field.Kind, value) switch
    {
        (_, null) => true,
        (FieldKind.Texts, ImmutableArray<string> texts) => texts.SequenceEqual((ImmutableArray<string>)field.Default!),
        (FieldKind.Map, _) => MapShape.IsEmpty(value),
        (FieldKind.List, _) => ListShape.IsEmpty(value),
        (FieldKind.Record, _) => field.Default is not null && field.Record!.Fields.All(inner => IsDefault(inner, inner.Get(value))),
        _ => value.Equals(field.Default),
    };

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteRecord(Utf8JsonWriter writer, RecordShape shape, object record)
    {
        writer.WriteStartObject();
        foreach (var field in shape.Fields)
        {
            var value = field.Get(record);
            if (!IsDefault(field, value))
            {
                writer.WritePropertyName(field.Name);
                WriteValue(writer, field, value!);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, FieldShape field, object value)
    {
        switch (field.Kind)
        {
            case FieldKind.Text:
                writer.WriteStringValue((string)value);
                break;
            case FieldKind.Whole:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case FieldKind.Flag:
                writer.WriteBooleanValue((bool)value);
                break;
            case FieldKind.Choice:
                writer.WriteStringValue(field.WordOf(value));
                break;
            case FieldKind.Texts:
                writer.WriteStartArray();
                foreach (var text in (ImmutableArray<string>)value)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            case FieldKind.Record:
                WriteRecord(writer, field.Record!, value);
                break;
            case FieldKind.List:
                writer.WriteStartArray();
                foreach (var record in ListShape.Items(value))
                {
                    WriteRecord(writer, field.Record!, record);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var (name, record) in MapShape.Entries(value))
                {
                    writer.WritePropertyName(name);
                    WriteRecord(writer, field.Record!, record);
                }

                writer.WriteEndObject();
                break;
        }
    }
}
