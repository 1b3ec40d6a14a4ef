using System.Text.Json;

namespace Portage.Snapshots.Metadata;

/// <summary>
/// Indices in a repository of type <c>source</c> (Elasticsearch 6.5 and later). It keeps stored fields only, so that the server writes down a
/// mapping in which nothing is indexed, and the real one in that mapping's <c>_meta</c>:
/// <c>{"_doc":{"enabled":false,"_meta":{"_doc":{…}}}}</c>. What it keeps is all that documents need.
/// </summary>
internal static class SourceOnly
{
    private const string Setting = "index.source_only";

    /// <summary>The mappings as the cluster had them.</summary>
    public static IReadOnlyList<TypeMapping> Unwrap(IndexSettings settings, IReadOnlyList<TypeMapping> mappings) =>
        settings.Find(Setting) == "true" ? [.. mappings.Select(Unwrap)] : mappings;

    private static TypeMapping Unwrap(TypeMapping mapping) =>
        mapping.Body.TryGetProperty("_meta", out var meta) && meta.ValueKind == JsonValueKind.Object
        && meta.TryGetProperty(mapping.Type, out var real) && real.ValueKind == JsonValueKind.Object
            ? new(mapping.Type, real)
            : mapping;
}
