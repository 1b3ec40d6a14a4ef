using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portage.Configuration.Reading;

namespace Portage.Configuration.Editing;

/// <summary>Writes trees as JSON, in the order they have.</summary>
internal static class JsonText
{
    /// <summary>Indented by two, with a line break at the end.</summary>
    public static string Write(ConfigNode node) => Write(node, isIndented: true) + "\n";

    /// <summary>On one line.</summary>
    public static string WriteLine(ConfigNode node) => Write(node, isIndented: false);

    private static string Write(ConfigNode node, bool isIndented)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = isIndented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, node);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, ConfigNode node)
    {
        switch (node)
        {
            case ConfigObject map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value);
                }

                writer.WriteEndObject();
                break;
            case ConfigList list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case ConfigScalar { Kind: ScalarKind.Text } text:
                writer.WriteStringValue(text.Text);
                break;
            case ConfigScalar scalar:
                // Numbers and the three words stand in canonical JSON as they are written.
                writer.WriteRawValue(scalar.Text);
                break;
        }
    }
}
