using System.Text.Json;
using System.Text.Json.Nodes;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Rules;

/// <summary>Writes the objects of a source as a target takes them. Pure: the same source and target give the same objects and findings.</summary>
internal static class Translation
{
    /// <summary>The indices that an index becomes: one, or one a type.</summary>
    public static IEnumerable<MetadataObject> Index(SelectedIndex source, TargetFacts target, int? replicas) => source.TargetNames.Select(name =>
    {
        var only = name == source.Name ? null : source.Types.First(type => source.TargetOf(type) == name);
        var made = Index(name, source.Index.Settings.Json, source.Index.Mappings, only, target, replicas) with { Source = source.Name };
        return SyntheticRules.Say(source.Index.SourceStorage) is { } said ? made with { Findings = made.Findings.Add(said) } : made;
    });

    /// <summary>One index.</summary>
    /// <param name="only">The one type that goes into it; null for all.</param>
    public static MetadataObject Index(string name, JsonElement settings, IReadOnlyList<TypeMapping> mappings, string? only, TargetFacts target, int? replicas)
    {
        var draft = new Draft(target, FlatSettings.Of(ObjectOf(settings)));
        var created = draft.Setting("index.version.created");
        Apply(draft, mappings, only, isTemplate: false);
        if (long.TryParse(created, out var version) && DateRules.HasOldLetters(new(version)))
        {
            DateRules.Replace(draft, new(version));
        }

        SettingRules.SetReplicas(draft, replicas);
        return new(new(ObjectKind.Index, name), Body(draft), draft.Findings);
    }

    /// <summary>The aliases of an index, on each index that it becomes.</summary>
    public static IEnumerable<MetadataObject> Aliases(SelectedIndex source) =>
        from target in source.TargetNames
        from alias in source.Index.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal)
        select Alias(new(ObjectKind.Alias, alias.Key, target), ObjectOf(alias.Value), source.Index.VersionCreated) with { Source = source.Name };

    /// <summary>One alias.</summary>
    /// <param name="created">The version that made its index.</param>
    public static MetadataObject Alias(ObjectName name, JsonObject definition, SourceVersion created)
    {
        var draft = new Draft(TargetFacts.None, []);
        if (DateRules.HasOldLetters(created))
        {
            DateRules.ReplaceInQueries(draft, "filter", definition["filter"]);
        }

        return new(name, definition, draft.Findings);
    }

    /// <summary>One template of the first kind.</summary>
    /// <param name="cluster">The version of the cluster that had it.</param>
    public static MetadataObject Legacy(LegacyTemplate source, TargetFacts target, SourceVersion cluster)
    {
        var draft = new Draft(target, FlatSettings.Of(ObjectOf(source.Settings)));
        if (!source.Json.TryGetProperty("index_patterns", out _))
        {
            draft.Change("template → index_patterns");
        }

        Apply(draft, source.Mappings, only: null, isTemplate: true);
        var aliases = ObjectOf(source.Aliases);
        if (DateRules.HasOldLetters(cluster))
        {
            DateRules.Replace(draft, cluster);
            foreach (var (alias, definition) in aliases)
            {
                DateRules.ReplaceInQueries(draft, $"filter of alias {alias}", definition?["filter"]);
            }
        }

        var body = Body(draft);
        body["index_patterns"] = new JsonArray([.. source.Patterns.Select(pattern => (JsonNode)JsonValue.Create(pattern)!)]);
        body["order"] = source.Order;
        if (source.Version is { } version)
        {
            body["version"] = version;
        }

        if (aliases.Count > 0)
        {
            body["aliases"] = aliases;
        }

        return new(new(ObjectKind.LegacyTemplate, source.Name), body, draft.Findings);
    }

    /// <summary>A component template or an index template.</summary>
    public static MetadataObject Composable(ObjectKind kind, ComposableTemplate source, TargetFacts target)
    {
        var body = ObjectOf(source.Json);
        var inner = body["template"] as JsonObject;
        var draft = new Draft(target, FlatSettings.Of(inner?["settings"] as JsonObject));
        if (!target.Can.HasComposableTemplates)
        {
            draft.Refuse($"{target.Can.Version} has no such templates");
        }

        if (inner is not null)
        {
            Apply(draft, MappingsOf(inner), only: null, isTemplate: true);
            var aliases = inner["aliases"]?.DeepClone();
            inner = Body(draft);
            if (aliases is JsonObject { Count: > 0 })
            {
                inner["aliases"] = aliases;
            }

            body["template"] = inner;
        }

        TemplateRules.DropOptions(draft, body);
        return new(new(kind, source.Name), body, draft.Findings);
    }

    private static void Apply(Draft draft, IEnumerable<TypeMapping> mappings, string? only, bool isTemplate)
    {
        SettingRules.LeaveOutGenerated(draft);
        SettingRules.DropRemoved(draft);
        SettingRules.DropSoftDeletesOff(draft);
        SettingRules.DropAllocation(draft);
        SettingRules.DropBlocks(draft);
        SettingRules.DropLifecycle(draft);
        AnalysisRules.Rename(draft);
        AnalysisRules.LeaveOutStandardFilter(draft);
        AnalysisRules.AllowDifferences(draft);
        SyntheticRules.DropSettings(draft);
        SyntheticRules.DropDerived(draft);
        SettingRules.DropUnknown(draft);
        SettingRules.DropRefused(draft);
        TypeRules.Unwrap(draft, mappings, only, isTemplate);
        FieldRules.DropIncludeInAll(draft);
        StringRules.Replace(draft);
        SimilarityRules.Replace(draft);
        FieldRules.ReplaceFlattened(draft);
        FieldRules.DropComputed(draft);
        FieldRules.DropTimeSeries(draft);
        SyntheticRules.DropFromMapping(draft);
    }

    private static JsonObject Body(Draft draft)
    {
        var body = new JsonObject();
        if (draft.Settings.Count > 0)
        {
            body["settings"] = FlatSettings.ToJson(draft.Settings);
        }

        if (draft.Mapping.Count > 0)
        {
            body["mappings"] = draft.Mapping;
        }

        return body;
    }

    /// <summary>Composable templates know no types, but some versions keep theirs below <c>_doc</c>.</summary>
    private static IEnumerable<TypeMapping> MappingsOf(JsonObject template)
    {
        if (template["mappings"] is not JsonObject mappings)
        {
            return [];
        }

        var untyped = mappings is { Count: 1 } && mappings[TypeMapping.NoType] is JsonObject inner ? inner : mappings;
        return [new(TypeMapping.NoType, JsonElement.Parse(CanonicalText.Utf8(untyped), new JsonDocumentOptions { MaxDepth = CanonicalText.DepthMax }))];
    }

    private static JsonObject ObjectOf(JsonElement json) => json.ValueKind == JsonValueKind.Object ? JsonObject.Create(json)! : [];
}
