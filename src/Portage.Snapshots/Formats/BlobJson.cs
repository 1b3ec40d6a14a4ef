using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Formats;

/// <summary>
/// One value in the JSON of a blob, read with typed errors: what is missing or of another kind is a
/// <see cref="CorruptBlobException"/> that names the blob and the place in it.
/// </summary>
internal sealed record BlobJson(string Blob, string Place, JsonElement Value)
{
    // Mappings may nest as deep as index.mapping.depth.limit was raised to; the default of that is 20.
    private const int DepthMax = 512;

    /// <summary>Parses the body of a blob.</summary>
    public static BlobJson Parse(ReadOnlySpan<byte> utf8, string blob)
    {
        RequireText(utf8, blob);
        try
        {
            return new(blob, "", JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = DepthMax }));
        }
        catch (JsonException failure)
        {
            throw new CorruptBlobException(blob, "a complete JSON object", $"{utf8.Length:N0} bytes that are not: {failure.Message}", failure);
        }
    }

    /// <summary>All of it is valid text: whoever asks an element for its text later has nothing to fear.</summary>
    private static void RequireText(ReadOnlySpan<byte> utf8, string blob)
    {
        if (!Utf8.IsValid(utf8))
        {
            throw new CorruptBlobException(blob, "text in UTF-8", "something else");
        }

        // Half a pair of surrogates can only stand in an escape.
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or JsonException)
        {
            throw new CorruptBlobException(blob, "valid text in JSON", failure.Message, failure);
        }
    }

    /// <summary>The member of that name, or null where there is none or it is null.</summary>
    public BlobJson? Find(string name)
    {
        Expect(JsonValueKind.Object);
        var value = Guarded(this, name, static (self, name) => self.Value.TryGetProperty(name, out var member) ? member : default);
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : new BlobJson(Blob, Inside(name), value);
    }

    /// <summary>The member of that name, which must be there.</summary>
    public BlobJson Member(string name) =>
        Find(name) ?? throw new CorruptBlobException(Blob, $"a value at '{Inside(name)}'", "none");

    /// <summary>The members of an object, in the order in which they were written.</summary>
    public IEnumerable<(string Name, BlobJson Value)> Members()
    {
        Expect(JsonValueKind.Object);
        foreach (var member in Value.EnumerateObject())
        {
            var name = Guarded(this, member, static (_, member) => member.Name);
            yield return (name, new(Blob, Inside(name), member.Value));
        }
    }

    /// <summary>The elements of an array.</summary>
    public IEnumerable<BlobJson> Elements()
    {
        Expect(JsonValueKind.Array);
        var index = 0;
        foreach (var element in Value.EnumerateArray())
        {
            yield return new(Blob, $"{Place}[{index++}]", element);
        }
    }

    /// <summary>A text.</summary>
    public string Text()
    {
        Expect(JsonValueKind.String);
        return Guarded(this, 0, static (self, _) => self.Value.GetString()!);
    }

    /// <summary>A whole number; settings and some writers have numbers as texts.</summary>
    public long Number()
    {
        if (Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out var number)
            || Value.ValueKind == JsonValueKind.String && long.TryParse(Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }

        throw Unlike("a whole number");
    }

    /// <summary>A whole number of 32 bits.</summary>
    public int Integer() => Number() is >= int.MinValue and <= int.MaxValue and var number ? (int)number : throw Unlike("a whole number of 32 bits");

    /// <summary>How many there are of something: 0 to 2^31 - 1.</summary>
    public int Count() => Number() is >= 0 and <= int.MaxValue and var number ? (int)number : throw Unlike("a count");

    /// <summary>A claim; some writers have it as text.</summary>
    public bool Claim() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String when Text() is "true" or "false" => Text() == "true",
        _ => throw Unlike("true or false"),
    };

    /// <summary>An exception that says what was expected at this place instead of what is there.</summary>
    public CorruptBlobException Unlike(string expected)
    {
        // As far as it is text: what is wrong may be just that it is none.
        var found = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(Value));
        return new(Blob, $"{expected} at '{Place}'", found.Length <= FoundCharactersMax ? found : found[..FoundCharactersMax] + "…");
    }

    private const int FoundCharactersMax = 80;

    private string Inside(string name) => Place.Length == 0 ? name : $"{Place}.{name}";

    private void Expect(JsonValueKind kind)
    {
        if (Value.ValueKind != kind)
        {
            throw Unlike(kind switch
            {
                JsonValueKind.Object => "an object",
                JsonValueKind.Array => "an array",
                _ => "a text",
            });
        }
    }

    // System.Text.Json finds invalid UTF-8 and lone surrogates in texts only when they are decoded.
    private static TResult Guarded<TArgument, TResult>(BlobJson self, TArgument argument, Func<BlobJson, TArgument, TResult> read)
    {
        try
        {
            return read(self, argument);
        }
        catch (InvalidOperationException failure)
        {
            throw new CorruptBlobException(self.Blob, $"valid text at '{self.Place}'", failure.Message, failure);
        }
    }
}
