using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Foresight;

/// <summary>What the templates of a slice will add to its own indices, by the snapshot alone, for a plan. Pure; an evaluation has it from the target.</summary>
/// <remarks>An index of a snapshot is complete, but its templates may have grown since it was made: a target merges them again.</remarks>
internal static class TemplateForesight
{
    // A template may have hundreds of fields.
    private const int AddedMax = 10;

    /// <param name="cluster">The version of the source.</param>
    /// <param name="hasDocuments">True where documents are copied, and so can be lost.</param>
    public static IEnumerable<string> Say(SourceObjects source, SourceVersion cluster, BackingIndices backing, bool hasDocuments) =>
        source.Legacy.IsEmpty && source.Templates.IsEmpty ? [] : Say([.. source.Translate(TargetFacts.None, cluster, backing, replicas: null)], hasDocuments);

    /// <param name="wanted">Templates and indices as the target is to have them.</param>
    /// <param name="hasDocuments">True where documents are copied, and so can be lost.</param>
    public static IEnumerable<string> Say(ImmutableArray<MetadataObject> wanted, bool hasDocuments)
    {
        var components = wanted.Where(one => one.Name.Kind == ObjectKind.ComponentTemplate).ToDictionary(one => one.Name.Name, one => one.Definition, StringComparer.Ordinal);
        var collisions = new TemplateCollisions(wanted, [], ImmutableHashSet<ObjectName>.Empty);
        var additions =
            from index in wanted
            where index.Name.Kind == ObjectKind.Index
            let templates = collisions.Matching(index.Name.Name)
            let added = Added(index, templates.SelectMany(template => WithComponents(template.Json, components)))
            where added.Length > 0
            group index.Name.Name by $"{string.Join(" and ", templates.Select(template => template.Name))}\n{added}" into same
            let parts = same.Key.Split('\n')
            select $"{parts[0]} {(parts[0].Contains(" and ", StringComparison.Ordinal) ? "add" : "adds")} to {Foreseen.Indices([.. same])}, when the target makes {(same.Count() == 1 ? "it" : "them")}: {parts[1]}";
        return hasDocuments ? [.. Lost(wanted, collisions, components), .. additions] : additions;
    }

    /// <summary>What they keep out of the stored sources, in the words of an evaluation.</summary>
    private static IEnumerable<string> Lost(ImmutableArray<MetadataObject> wanted, TemplateCollisions collisions, Dictionary<string, JsonObject> components) =>
        from index in wanted
        where index.Name.Kind == ObjectKind.Index
        let templates = collisions.Matching(index.Name.Name)
        let source = SourceWith(index, templates, components)
        where source is not null
        let without = new JsonObject { ["mappings"] = index.Definition["mappings"]?.DeepClone() }
        let with = new JsonObject { ["mappings"] = new JsonObject { ["_source"] = source } }
        let losses = FilteredSources.Among(Differences.Each(ObjectKind.Index, with, without, TargetFacts.None), without)
        where losses.Length > 0
        group index.Name.Name by FilteredSources.Text(string.Join(" and ", templates.Select(template => template.Name)), templates.Length > 1, losses) into same
        select new Foreseen(ForeseenKind.Lost, same.Count(), $"{Foreseen.Indices([.. same])}: {same.Key}").Line;

    /// <summary>An index speaks for itself before an index template; the lists of a legacy one are joined with its own.</summary>
    private static JsonObject? SourceWith(MetadataObject index, ImmutableArray<(ObjectName Name, JsonObject Json)> templates, Dictionary<string, JsonObject> components) =>
        templates.Any(template => template.Name.Kind == ObjectKind.IndexTemplate)
            ? FilteredSources.Source(index.Definition) is null ? FilteredSources.Last(templates.SelectMany(template => WithComponents(template.Json, components)))?.DeepClone().AsObject() : null
            : FilteredSources.Joined([.. templates.Select(template => template.Json).OrderBy(Order), index.Definition]);

    private static long Order(JsonObject template) => long.TryParse(template["order"]?.ToString(), out var order) ? order : 0;

    private static IEnumerable<JsonObject> WithComponents(JsonObject template, Dictionary<string, JsonObject> components) =>
        [.. (template["composed_of"] as JsonArray ?? []).Select(name => components.GetValueOrDefault(name!.ToString())).OfType<JsonObject>(), template];

    /// <summary>What the index has not set at all: of what both have, the index's own stays.</summary>
    private static string Added(MetadataObject index, IEnumerable<JsonObject> templates)
    {
        const string type = ": type";
        string[] added =
        [
            .. templates.SelectMany(template => Differences.Each(ObjectKind.Index, index.Definition, template, TargetFacts.None, withTuning: true))
                .Where(one => one.There is null && (one.Name.StartsWith("setting ", StringComparison.Ordinal) || (one.Name.StartsWith("field ", StringComparison.Ordinal) && one.Name.EndsWith(type, StringComparison.Ordinal))))
                .Select(one => one.Name.EndsWith(type, StringComparison.Ordinal) ? one.Name[..^type.Length] : one.Name)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return $"{string.Join(", ", added.Take(AddedMax))}{(added.Length > AddedMax ? $" and {added.Length - AddedMax:N0} more" : "")}";
    }
}
