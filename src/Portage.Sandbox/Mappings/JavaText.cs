using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portage.Sandbox.Mappings;

/// <summary>How the real server shows a JSON value inside a sentence: as Java prints maps and lists.</summary>
internal static class JavaText
{
    public static string Of(JsonNode? node)
    {
        using var document = JsonDocument.Parse(node?.ToJsonString() ?? "null");
        return Of(document.RootElement);
    }

    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var separator = "{";
                foreach (var property in value.EnumerateObject())
                {
                    text.Append(separator).Append(property.Name).Append('=');
                    Append(text, property.Value);
                    separator = ", ";
                }

                text.Append(separator == "{" ? "{}" : "}");
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var isFirst = true;
                foreach (var item in value.EnumerateArray())
                {
                    text.Append(isFirst ? "" : ", ");
                    Append(text, item);
                    isFirst = false;
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(value.GetString());
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
