using System.Globalization;
using System.Text.Json;
using Portage.Sandbox.Http;
using Portage.Sandbox.Indices;
using Portage.Sandbox.Mappings;

namespace Portage.Sandbox.Searching;

/// <summary>A field of an index as searches see it: where its values are in a source, and how they compare.</summary>
internal sealed class FieldReading
{
    private readonly FieldMapping _field;
    private readonly string[] _sourcePath;

    private FieldReading(FieldMapping field, string[] sourcePath) => (_field, _sourcePath) = (field, sourcePath);

    public FieldMapping Field => _field;

    /// <summary>The field by its full name; null where the index does not have it.</summary>
    public static FieldReading? Find(SandboxIndex index, string name)
    {
        var parts = name.Split('.');
        var field = index.Mapping.Root;
        var sourceParts = 0;
        foreach (var part in parts)
        {
            if (field.Properties.TryGetValue(part, out var child))
            {
                (field, sourceParts) = (child, sourceParts + 1);
            }
            else if (field.Fields.TryGetValue(part, out var sub))
            {
                field = sub;
            }
            else
            {
                return null;
            }
        }

        return field.Type == "alias" ? Find(index, field.Text("path")!) : new(field, parts[..sourceParts]);
    }

    /// <summary>The values in a source, arrays flattened, nulls left out.</summary>
    public IEnumerable<JsonElement> Values(JsonElement source) => Values(source, _sourcePath);

    /// <summary>A value in the form in which the field's type compares: a number, or a text.</summary>
    /// <exception cref="FormatException">The value is not one of the type.</exception>
    public IComparable Comparable(JsonElement value, string? format = null) => FieldValues.TextOf(value) switch
    {
        var text when FieldTypes.IsDate(_field.Type) => DateFormats.TryParse(text, format ?? _field.Text("format") ?? DateFormats.Default, out var millis) && millis is not null
            ? (decimal)millis.Value
            : throw new FormatException($"failed to parse date field [{text}] with format [{format ?? _field.Text("format") ?? DateFormats.Default}]"),
        var text when FieldTypes.IsNumber(_field.Type) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? Whole(number)
            : throw new FormatException($"For input string: \"{text}\""),
        var text => text,
    };

    /// <summary>The terms a value is found under.</summary>
    public IEnumerable<string> TermsOf(JsonElement value) => FieldTypes.IsText(_field.Type)
        ? Tokens(FieldValues.TextOf(value))
        : [_field.Text("normalizer") == "lowercase" ? FieldValues.TextOf(value).ToLowerInvariant() : FieldValues.TextOf(value)];

    public bool IsText => FieldTypes.IsText(_field.Type);

    public bool ComparesAsNumber => FieldTypes.IsNumber(_field.Type) || FieldTypes.IsDate(_field.Type);

    /// <summary>A text in lower-case words, which is what the standard analyzer comes to for plain text.</summary>
    public static IEnumerable<string> Tokens(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isInWord = i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] == '_');
            if (isInWord && start < 0)
            {
                start = i;
            }
            else if (!isInWord && start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }

    private decimal Whole(decimal number) => FieldTypes.IsWholeNumber(_field.Type) ? decimal.Truncate(number) : number;

    private static IEnumerable<JsonElement> Values(JsonElement value, ReadOnlyMemory<string> path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var inner in value.EnumerateArray().SelectMany(item => Values(item, path)))
                {
                    yield return inner;
                }

                break;
            case JsonValueKind.Null:
                break;
            case JsonValueKind.Object when !path.IsEmpty:
                // A dotted name in the source is the same field.
                for (var length = 1; length <= path.Length; length++)
                {
                    var name = length == 1 ? path.Span[0] : string.Join('.', path[..length].ToArray());
                    if (value.TryGetProperty(name, out var member))
                    {
                        foreach (var inner in Values(member, path[length..]))
                        {
                            yield return inner;
                        }
                    }
                }

                break;
            default:
                if (path.IsEmpty)
                {
                    yield return value;
                }

                break;
        }
    }
}
