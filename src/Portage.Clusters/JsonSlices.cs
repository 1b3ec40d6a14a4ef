using System.Text.Json;

namespace Portage.Clusters;

/// <summary>Cuts values out of an answer without writing them anew, so that every byte of them stays as it was.</summary>
internal static class JsonSlices
{
    // Mappings may nest as deep as their index allows; the reader keeps one bit a level.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>The properties of an object: <c>{"a":{…},"b":{…}}</c>.</summary>
    /// <exception cref="JsonException">It is not JSON, or not an object.</exception>
    public static List<NamedJson> Properties(ReadOnlyMemory<byte> json)
    {
        var properties = new List<NamedJson>();
        var reader = new Utf8JsonReader(json.Span, AnyDepth);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            properties.Add(new(name, Value(json, ref reader)));
        }

        return properties;
    }

    /// <summary>The elements of an array.</summary>
    /// <exception cref="JsonException">It is not JSON, or not an array.</exception>
    public static List<ReadOnlyMemory<byte>> Elements(ReadOnlyMemory<byte> json)
    {
        var elements = new List<ReadOnlyMemory<byte>>();
        var reader = new Utf8JsonReader(json.Span, AnyDepth);
        Expect(ref reader, JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            elements.Add(Value(json, ref reader));
        }

        return elements;
    }

    /// <summary>One property of an object; null when it has none of that name.</summary>
    /// <exception cref="JsonException">It is not JSON, or not an object.</exception>
    public static ReadOnlyMemory<byte>? Property(ReadOnlyMemory<byte> json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json.Span, AnyDepth);
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            var value = Value(json, ref reader);
            if (isIt)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The value that the reader stands at; the reader goes to its end.</summary>
    public static ReadOnlyMemory<byte> Value(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        var begin = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[begin..(int)reader.BytesConsumed];
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException($"Found {reader.TokenType} where {type} was expected.");
        }
    }
}
