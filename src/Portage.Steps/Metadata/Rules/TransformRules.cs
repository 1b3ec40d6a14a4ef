using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Configuration;
using Portage.Steps.Documents;
using Portage.Steps.Metadata.Objects;
using Portage.Transforms;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Does to mappings what the slice's transforms do to documents. Pure.</summary>
internal static class TransformRules
{
    private static readonly string[] Texts = ["text", "keyword", "string", "constant_keyword", "wildcard", "match_only_text", "search_as_you_type"];
    private static readonly string[] Wholes = ["long", "integer", "short", "byte", "unsigned_long"];
    private static readonly string[] Fractions = ["double", "float", "half_float", "scaled_float"];
    private static readonly string[] KeptParameters = ["copy_to", "fields"];

    /// <summary>The object with its mapping rewritten; the object itself where nothing of it is touched.</summary>
    public static MetadataObject Apply(MetadataObject made, SliceTransforms transforms)
    {
        if (transforms.Configured.IsEmpty || made.Name.Kind == ObjectKind.Alias)
        {
            return made;
        }

        var definition = (JsonObject)made.Definition.DeepClone();
        var findings = ImmutableArray.CreateBuilder<Finding>();
        for (var number = 0; number < transforms.Configured.Length; number++)
        {
            var said = transforms.ScriptAt(number) is { } script ? Run(script, made.Name, ref definition)
                : MappingOf(definition) is { } mapping ? Apply(new(mapping), transforms.Configured[number])
                : [];
            var because = $"({transforms.NameOf(number)})";
            findings.AddRange(said.Select(finding => finding with { Text = $"{finding.Text} {because}" }));
        }

        return findings.Count == 0 ? made : made with { Definition = definition, Findings = made.Findings.AddRange(findings) };
    }

    private static Finding[] Run(MetadataScript script, ObjectName name, ref JsonObject definition)
    {
        var before = CanonicalText.Utf8(definition);
        if (script.Apply(Word(name.Kind), name.Name, before, out var why) is not { } after)
        {
            return [new(FindingKind.Impossible, why)];
        }

        if (after.Span.SequenceEqual(before))
        {
            return [];
        }

        definition = (JsonObject)JsonNode.Parse(after.Span, documentOptions: new() { MaxDepth = CanonicalText.DepthMax })!;
        return [new(FindingKind.Changed, "rewritten by a script")];
    }

    /// <summary>As scripts for opensearch-migrations know them.</summary>
    private static string Word(ObjectKind kind) => kind switch
    {
        ObjectKind.LegacyTemplate => "template",
        ObjectKind.ComponentTemplate => "component_template",
        ObjectKind.IndexTemplate => "index_template",
        _ => "index",
    };

    private static IEnumerable<Finding> Apply(MappedFields fields, TransformConfig one) => one switch
    {
        { Rename: { Field: { } field, To: { } to } } => Move(fields, field, field[..(field.LastIndexOf('.') + 1)] + to),
        { Move: { Field: { } field, To: { } to } } => Move(fields, field, to),
        { Remove.Field: { } field } => Remove(fields, field),
        { Convert: { Field: { } field, To: { } to } } => Convert(fields, field, to),
        _ => [],
    };

    private static IEnumerable<Finding> Move(MappedFields fields, string field, string to)
    {
        if (fields.Find(field) is not { } mapped)
        {
            yield break;
        }

        mapped.Take();
        if (fields.Find(to) is { } had)
        {
            yield return new(FindingKind.Changed, $"field {field} → {to}, which is mapped already and stays as it is: {TypeOf(had.Json)}");
        }
        else if (fields.Put(to, mapped.Json, mapped.At) is { } inTheWay)
        {
            yield return new(FindingKind.Impossible, $"field {field} → {to}: {inTheWay} is no object");
        }
        else
        {
            yield return new(FindingKind.Changed, $"field {field} → {to}");
        }

        fields.Refer(field, to);
    }

    private static IEnumerable<Finding> Remove(MappedFields fields, string field)
    {
        if (fields.Find(field) is not { } mapped)
        {
            yield break;
        }

        mapped.Take();
        yield return new(FindingKind.Changed, $"field {field}: left out");
        foreach (var alias in fields.RemoveAliasesOf(field))
        {
            yield return new(FindingKind.Changed, $"field {alias}: left out, as it is another name of {field}");
        }
    }

    private static IEnumerable<Finding> Convert(MappedFields fields, string field, ConvertChoice to)
    {
        if (fields.Find(field) is not { } mapped || TypeOf(mapped.Json) is var type && IsOf(to, type, mapped.Json))
        {
            yield break;
        }

        var wanted = to switch
        {
            ConvertChoice.String => "keyword",
            ConvertChoice.Long => "long",
            ConvertChoice.Double => "double",
            ConvertChoice.Boolean => "boolean",
            _ => "date",
        };
        foreach (var parameter in mapped.Json.Select(parameter => parameter.Key).Except(KeptParameters).ToArray())
        {
            mapped.Json.Remove(parameter);
        }

        mapped.Json["type"] = wanted;
        yield return new(FindingKind.Changed, $"field {field}: {type} → {wanted}");
    }

    /// <summary>True where a field of the type takes what its values become.</summary>
    private static bool IsOf(ConvertChoice to, string type, JsonObject field) => to switch
    {
        ConvertChoice.String => Texts.Contains(type, StringComparer.Ordinal),
        ConvertChoice.Long => Wholes.Contains(type, StringComparer.Ordinal),
        ConvertChoice.Double => Fractions.Contains(type, StringComparer.Ordinal),
        ConvertChoice.Boolean => type == "boolean",
        _ => type is "date" or "date_nanos" && !field.ContainsKey("format"),
    };

    private static string TypeOf(JsonObject field) => (field["type"] as JsonValue)?.ToString() ?? "object";

    private static JsonObject? MappingOf(JsonObject definition) => (definition["mappings"] ?? (definition["template"] as JsonObject)?["mappings"]) as JsonObject;
}
