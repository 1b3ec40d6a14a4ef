using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portage.Steps.Metadata.Objects;

/// <summary>JSON with its keys sorted, so that equal texts mean equal objects.</summary>
internal static class CanonicalText
{
    /// <summary>Mappings may nest as deep as <c>index.mapping.depth.limit</c> was raised to; 20 is its default.</summary>
    public const int DepthMax = 512;

    public static string Of(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(node, json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static byte[] Utf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            node.WriteTo(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(JsonNode? node, Utf8JsonWriter json)
    {
        switch (node)
        {
            case JsonObject members:
                json.WriteStartObject();
                foreach (var (name, value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(value, json);
                }

                json.WriteEndObject();
                break;
            case JsonArray elements:
                json.WriteStartArray();
                foreach (var element in elements)
                {
                    Write(element, json);
                }

                json.WriteEndArray();
                break;
            case null:
                json.WriteNullValue();
                break;
            default:
                node.WriteTo(json);
                break;
        }
    }
}
