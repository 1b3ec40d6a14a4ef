using System.Collections.Immutable;
using System.Text.Json;
using Portage.Configuration;
using Portage.Model.Clusters;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Objects;

/// <summary>What a slice takes from a snapshot besides documents.</summary>
internal sealed record SourceObjects(
    ImmutableArray<LegacyTemplate> Legacy,
    ImmutableArray<ComposableTemplate> Components,
    ImmutableArray<ComposableTemplate> Templates,
    ImmutableArray<SelectedIndex> Indices)
{
    /// <summary>Selects the templates of a slice: those it names, or those for any of its indices; and what they are composed of.</summary>
    /// <param name="names">The indices of the slice, at the source and on the target.</param>
    public static SourceObjects Select(IndexSelectionConfig? selection, GlobalMetadata global, IReadOnlyCollection<string> names, ImmutableArray<SelectedIndex> indices)
    {
        var exclude = selection?.Exclude.Select(text => new IndexPattern(text)).ToArray() ?? [];
        bool IsWanted(string template, IEnumerable<string> patterns) => selection is null
            ? patterns.Any(pattern => names.Any(new IndexPattern(pattern).Matches))
            : IsNamed(selection, template);

        var templates = global.IndexTemplates.Values.Where(template => IsWanted(template.Name, Texts(template.Json, "index_patterns"))).ToArray();
        var used = templates.SelectMany(ComponentsOf).ToHashSet(StringComparer.Ordinal);
        return new(
            InOrder(global.LegacyTemplates.Values.Where(template => IsWanted(template.Name, template.Patterns)), template => template.Name),
            InOrder(
                global.ComponentTemplates.Values.Where(template => (used.Contains(template.Name) && !exclude.Any(pattern => pattern.Matches(template.Name))) || (selection is not null && IsNamed(selection, template.Name))),
                template => template.Name),
            InOrder(templates, template => template.Name),
            indices);
    }

    /// <summary>True for a template that a slice names.</summary>
    public static bool IsNamed(IndexSelectionConfig selection, string template) =>
        selection.Include.Any(text => new IndexPattern(text).Matches(template)) && !selection.Exclude.Any(text => new IndexPattern(text).Matches(template));

    /// <summary>The objects as the target is to have them, in the order in which they are created.</summary>
    /// <param name="cluster">The version of the source.</param>
    /// <param name="backing">Which of the indices are parts of data streams.</param>
    public IEnumerable<MetadataObject> Translate(TargetFacts target, SourceVersion cluster, BackingIndices backing, int? replicas) =>
        from made in AsTheyAre(target, cluster, backing, replicas)
        select Indices.IsEmpty ? made : TransformRules.Apply(made, Indices[0].Transforms);

    private IEnumerable<MetadataObject> AsTheyAre(TargetFacts target, SourceVersion cluster, BackingIndices backing, int? replicas) =>
    [
        .. Legacy.Select(template => Translation.Legacy(template, target, cluster)),
        .. Components.Select(template => Translation.Composable(ObjectKind.ComponentTemplate, template, target)),
        .. Templates.Select(template => Translation.Composable(ObjectKind.IndexTemplate, template, target)),
        .. Indices.SelectMany(index => Translation.Index(index, target, replicas).Select(made => StateRules.Tell(made, index.Index.IsClosed, backing.StreamOf(index.Name)))),
        .. Indices.SelectMany(Translation.Aliases),
    ];

    /// <summary>The names of what an index template is composed of.</summary>
    public static IEnumerable<string> ComponentsOf(ComposableTemplate template) => Texts(template.Json, "composed_of");

    private static IEnumerable<string> Texts(JsonElement json, string name) => !json.TryGetProperty(name, out var value)
        ? []
        : value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(element => element.ValueKind == JsonValueKind.String).Select(element => element.GetString()!)],
            _ => [],
        };

    private static ImmutableArray<T> InOrder<T>(IEnumerable<T> templates, Func<T, string> name) => [.. templates.OrderBy(name, StringComparer.Ordinal)];
}
