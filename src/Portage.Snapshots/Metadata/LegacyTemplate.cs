using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Metadata;

/// <summary>A template of the first kind.</summary>
/// <param name="Order">Higher ones win; 0 where nothing is said.</param>
/// <param name="Patterns">The names of indices it is for: <c>index_patterns</c>, and the one <c>template</c> of versions before 6.0.</param>
/// <param name="Settings">An object, nested or flat as the snapshot has it; undefined where there is none.</param>
/// <param name="Mappings">One for each type; <c>_default_</c> may be among them up to 6.x.</param>
/// <param name="Aliases">An object of alias names; undefined where there is none.</param>
/// <param name="Version">What people set; null where they did not.</param>
/// <param name="Json">The whole template as it stands.</param>
public sealed record LegacyTemplate(
    string Name,
    int Order,
    IReadOnlyList<string> Patterns,
    JsonElement Settings,
    IReadOnlyList<TypeMapping> Mappings,
    JsonElement Aliases,
    long? Version,
    JsonElement Json)
{
    internal static LegacyTemplate Parse(string name, BlobJson json) => new(
        name,
        json.Find("order")?.Integer() ?? 0,
        json.Find("index_patterns") is { } patterns
            ? [.. patterns.Elements().Select(pattern => pattern.Text())]
            : json.Find("template") is { } pattern ? [pattern.Text()] : [],
        json.Find("settings")?.Value ?? default,
        TypeMapping.ParseAll(json.Find("mappings")),
        json.Find("aliases")?.Value ?? default,
        json.Find("version")?.Number(),
        json.Value);
}
