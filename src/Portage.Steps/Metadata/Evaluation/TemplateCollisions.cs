using System.Collections.Immutable;
using System.IO.Enumeration;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What scratch names cannot show: templates that get into the way of each other, or of an index, by the names they match. Pure.</summary>
internal sealed class TemplateCollisions
{
    private readonly List<(ObjectName Name, JsonObject Json, bool IsOurs)> _templates;

    /// <param name="wanted">What would be created.</param>
    /// <param name="there">What the target has.</param>
    /// <param name="removed">What of it goes before anything is created.</param>
    public TemplateCollisions(IEnumerable<MetadataObject> wanted, IEnumerable<(ObjectName Name, JsonObject Json)> there, IReadOnlySet<ObjectName> removed)
    {
        _templates = [.. wanted.Where(template => template.Name.Kind is ObjectKind.LegacyTemplate or ObjectKind.IndexTemplate).Select(template => (template.Name, template.Definition, true))];
        var own = _templates.Select(template => template.Name).ToHashSet();
        _templates.AddRange(there.Where(template => template.Name.Kind != ObjectKind.ComponentTemplate && !own.Contains(template.Name) && !removed.Contains(template.Name)).Select(template => (template.Name, template.Json, false)));
    }

    /// <summary>Why the target will not take an index template; null when nothing is in its way.</summary>
    public string? OfTemplate(MetadataObject wanted)
    {
        if (wanted.Name.Kind != ObjectKind.IndexTemplate)
        {
            return null;
        }

        // Otherwise a server could not choose between them, so it allows no two.
        var rival = _templates.FirstOrDefault(other => other.Name.Kind == ObjectKind.IndexTemplate && !other.IsOurs
            && Priority(other.Json) == Priority(wanted.Definition)
            && Patterns(other.Json).Any(left => Patterns(wanted.Definition).Any(right => PatternOverlap.Meet(left, right))));
        return rival.Name.Name is null
            ? null
            : $"{rival.Name} of the target has the same priority {Priority(wanted.Definition)} and is for some of the same names";
    }

    /// <summary>Why the target will not take an index; null when nothing is in its way.</summary>
    public string? OfIndex(string index)
    {
        var first = _templates.Where(template => template.Name.Kind == ObjectKind.IndexTemplate && IsFor(template.Json, index)).OrderByDescending(template => Priority(template.Json)).FirstOrDefault();
        return first.Json?["data_stream"] is null ? null : $"{first.Name}{(first.IsOurs ? "" : " of the target")} makes data streams of such names, and no indices";
    }

    /// <summary>The templates that add to an index when it is created.</summary>
    public ImmutableArray<(ObjectName Name, JsonObject Json)> Matching(string index)
    {
        var matching = _templates.Where(template => IsFor(template.Json, index)).ToArray();

        // An index template is taken alone, and legacy ones only where there is none.
        var composable = matching.Where(template => template.Name.Kind == ObjectKind.IndexTemplate).OrderByDescending(template => Priority(template.Json)).Take(1).ToArray();
        return [.. (composable.Length > 0 ? composable : matching).Select(template => (template.Name, template.Json)).OrderBy(template => template.Name.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>A template as people are told of it: the target's own, or one that comes from the source.</summary>
    public string Described(ObjectName template) => _templates.Any(one => one.Name == template && one.IsOurs) ? $"{template}" : $"{template} of the target";

    /// <summary>The target's own templates that add to an index when it is created.</summary>
    public IEnumerable<string> Applying(string index) => Matching(index).Where(template => !_templates.Any(one => one.Name == template.Name && one.IsOurs)).Select(template => template.Name.ToString());

    private static bool IsFor(JsonObject template, string index) => Patterns(template).Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, index, ignoreCase: false));

    private static string[] Patterns(JsonObject template) => template["index_patterns"] is JsonArray list
        ? [.. list.Select(FlatSettings.Text)]
        : template["index_patterns"] is { } one ? [FlatSettings.Text(one)] : [];

    private static long Priority(JsonObject template) => long.TryParse(template["priority"]?.ToString(), out var priority) ? priority : 0;
}
