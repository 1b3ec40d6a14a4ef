using System.Text;
using System.Text.Json;
using Portage.Sandbox.Http;

namespace Portage.Sandbox.Mappings;

/// <summary>
/// Looks through one document as indexing it would: refuses what the mapping cannot take, and collects the fields it adds.
/// One instance checks one document.
/// </summary>
/// <param name="ignoresMalformed"><c>index.mapping.ignore_malformed</c>.</param>
/// <param name="coerces"><c>index.mapping.coerce</c>.</param>
internal sealed class DocumentCheck(IndexMapping mapping, MappingReader reader, string id, bool ignoresMalformed, bool coerces)
{
    private static readonly HashSet<string> MetadataFields = new(StringComparer.Ordinal)
    {
        "_id", "_index", "_source", "_routing", "_field_names", "_ignored", "_seq_no", "_version", "_nested_path", "_primary_term",
    };

    private readonly Dictionary<string, FieldMapping> _added = new(StringComparer.Ordinal);
    private FieldMapping _additions = new("", "object");

    /// <summary>The mapping with what the document adds; the same instance where it adds nothing.</summary>
    /// <exception cref="ApiException">The document cannot be indexed.</exception>
    public IndexMapping Check(ReadOnlyMemory<byte> source)
    {
        if (source.IsEmpty)
        {
            throw Failure("failed to parse, document is empty");
        }

        var text = SourceJson.WithoutMark(source).Span;
        var first = text.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0 || text[first] != (byte)'{')
        {
            throw Failure("failed to parse", new ApiException(400, "not_x_content_exception", "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes"));
        }

        JsonDocument document;
        try
        {
            document = SourceJson.Parse(source);
        }
        catch (JsonException e)
        {
            throw Failure("failed to parse", new ApiException(400, "json_parse_exception", e.Message));
        }

        using (document)
        {
            CheckObject(document.RootElement, mapping.Root, "", mapping.Root.Dynamic ?? "true");
        }

        if (_added.Count == 0)
        {
            return mapping;
        }

        return mapping with { Root = MappingMerge.Merge(mapping.Root, _additions, "") };
    }

    private void CheckObject(JsonElement value, FieldMapping? here, string path, string dynamic)
    {
        if (here is { IsEnabled: false })
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (path.Length == 0 && MetadataFields.Contains(member.Name))
            {
                var cause = Failure("Field [" + member.Name + "] is a metadata field and cannot be added inside a document. Use the index API request parameters.");
                throw new ApiException(400, "mapper_parsing_exception", Preview(member.Name, member.Name, member.Value), cause) { Root = cause };
            }

            CheckMember(member.Name, member.Value, here, path, dynamic);
        }
    }

    private void CheckMember(string name, JsonElement value, FieldMapping? here, string path, string dynamic)
    {
        // A dotted name stands for objects inside objects.
        var rest = name;
        while (rest.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot)
        {
            if (dot == 0 || dot == rest.Length - 1)
            {
                throw Failure("failed to parse", ApiException.IllegalArgument($"object field starting or ending with a [.] makes object resolution ambiguous: [{name}]"));
            }

            var outer = rest[..dot];
            var outerPath = Join(path, outer);
            var next = here?.Properties.GetValueOrDefault(outer) ?? _added.GetValueOrDefault(outerPath);
            if (next is { IsObject: false })
            {
                throw Failure($"Could not dynamically add mapping for field [{Join(path, rest)}]. Existing mapping for [{outerPath}] must be of type object but found [{next.Type}].");
            }

            if (next is null)
            {
                if (!MayAdd(dynamic, outer, path))
                {
                    return;
                }

                next = Add(outerPath, new(outer, "object"));
            }

            (here, path, rest, dynamic) = (next, outerPath, rest[(dot + 1)..], next.Dynamic ?? dynamic);
            if (!here.IsEnabled)
            {
                return;
            }
        }

        if (rest.Length == 0)
        {
            throw Failure("failed to parse", ApiException.IllegalArgument("field name cannot be an empty string"));
        }

        CheckValue(rest, value, here?.Properties.GetValueOrDefault(rest) ?? _added.GetValueOrDefault(Join(path, rest)), path, dynamic);
    }

    private void CheckValue(string name, JsonElement value, FieldMapping? field, string path, string dynamic)
    {
        var fieldPath = Join(path, name);
        if (value.ValueKind == JsonValueKind.Null || field is { IsObject: true, IsEnabled: false })
        {
            return;
        }

        // These types take arrays and objects whole.
        if (field is not null && field.Type is "geo_point" or "geo_shape" or "completion" or "percolator" or "flat_object" or "join" or "rank_features" || field?.Type.EndsWith("_range", StringComparison.Ordinal) == true)
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                CheckValue(name, item, field ?? Existing(fieldPath, item), path, dynamic);
            }

            return;
        }

        field ??= NewField(name, fieldPath, value, path, dynamic);
        if (field is null)
        {
            return;
        }

        if (field.Type == "alias")
        {
            throw Failure("failed to parse", ApiException.IllegalArgument($"Cannot write to a field alias [{fieldPath}]."));
        }

        if (!field.IsObject)
        {
            CheckLeaf(field, fieldPath, value);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(value, field, fieldPath, field.Dynamic ?? dynamic);
        }
        else
        {
            throw Failure($"object mapping for [{fieldPath}] tried to parse field [{name}] as object, but found a concrete value");
        }
    }

    private FieldMapping? NewField(string name, string fieldPath, JsonElement value, string path, string dynamic) =>
        MayAdd(dynamic, name, path) && DynamicFields.For(mapping, reader, name, fieldPath, value) is { } added ? Add(fieldPath, added) : null;

    /// <summary>A field this very document added, unless the item would be mapped otherwise: then the conflict comes out where both are merged.</summary>
    private FieldMapping? Existing(string path, JsonElement item) =>
        _added.GetValueOrDefault(path) is { } added
        && (item.ValueKind is JsonValueKind.Array || DynamicFields.For(mapping, reader, added.Name, path, item)?.Type == added.Type) ? added : null;

    private void CheckLeaf(FieldMapping field, string path, JsonElement value)
    {
        if (FieldValues.Refusal(field, value, field.Flag("coerce", coerces)) is not { } refusal)
        {
            return;
        }

        if (refusal.Message.StartsWith("bytes can be at most", StringComparison.Ordinal))
        {
            throw ImmenseTerm(path, FieldValues.TextOf(value), refusal.Message);
        }

        if (!field.Flag("ignore_malformed", ignoresMalformed))
        {
            throw Failure(Preview(path, field.Type, value), refusal);
        }
    }

    private static bool MayAdd(string dynamic, string name, string path) => dynamic switch
    {
        "strict" or "strict_allow_templates" => throw new ApiException(400, "strict_dynamic_mapping_exception", $"mapping set to {dynamic}, dynamic introduction of [{name}] within [{(path.Length == 0 ? "_doc" : path)}] is not allowed"),
        "false" or "false_allow_templates" => false,
        _ => true,
    };

    private FieldMapping Add(string path, FieldMapping field)
    {
        var parts = path.Split('.');
        _additions = MappingMerge.Merge(_additions, MappingMerge.Wrap(parts.AsSpan(..^1), field), "");
        _added[path] = field;
        return field;
    }

    private string Preview(string path, string type, JsonElement value) =>
        $"failed to parse field [{path}] of type [{type}] in document with id '{id}'. Preview of field's value: '{JavaText.Of(value)}'";

    private static ApiException ImmenseTerm(string path, string text, string reason)
    {
        var prefix = string.Join(", ", Encoding.UTF8.GetBytes(text.AsSpan(0, 30).ToString()).Take(30).Select(unit => (sbyte)unit));
        return ApiException.IllegalArgument(
            $"Document contains at least one immense term in field=\"{path}\" (whose UTF8 encoding is longer than the max length 32766), all of which were skipped.  Please correct the analyzer to not produce such terms.  The prefix of the first immense term is: '[{prefix}]...', original message: {reason}",
            new ApiException(400, "max_bytes_length_exceeded_exception", reason));
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static ApiException Failure(string reason, ApiException? cause = null) => new(400, "mapper_parsing_exception", reason, cause);
}
