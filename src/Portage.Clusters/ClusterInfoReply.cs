using System.Text.Json;
using Portage.Model.Clusters;

namespace Portage.Clusters;

/// <summary>Reads the main page of a cluster.</summary>
/// <remarks>
/// OpenSearch writes <c>version.distribution</c>, unless <c>compatibility.override_main_response_version</c> (1.x and
/// 2.x) makes it report 7.10.2 without it; its <c>tagline</c> gives it away even then.
/// </remarks>
internal static class ClusterInfoReply
{
    private const string OpenSearch = "opensearch";

    /// <summary>The cluster's words about itself, and whether they hide its version; null when a cluster would not write this.</summary>
    public static (ClusterInfo? Info, bool IsHidden) Read(ReadOnlySpan<byte> body)
    {
        if (Parse(body) is not { } document)
        {
            return default;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Object
                || Text(version, "number") is not { } number)
            {
                return default;
            }

            var saysOpenSearch = Text(version, "distribution") == OpenSearch;
            var isHidden = !saysOpenSearch && Text(root, "tagline")?.Contains(OpenSearch, StringComparison.OrdinalIgnoreCase) == true;
            var flavor = saysOpenSearch || isHidden ? Flavor.OpenSearch : Flavor.Elasticsearch;
            var known = isHidden ? new(flavor, 1, 0, 0) : VersionOf(flavor, number);
            return (known is null ? null : new(known, Text(root, "cluster_name") ?? "", Text(root, "cluster_uuid") ?? "", isHidden), isHidden);
        }
    }

    /// <summary>The version of the first node of a <c>_nodes</c> answer of OpenSearch; null when there is none.</summary>
    public static ClusterVersion? ReadNodeVersion(ReadOnlySpan<byte> body)
    {
        using var document = Parse(body);
        return document is not null && document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("nodes", out var nodes) && nodes.ValueKind == JsonValueKind.Object
            && nodes.EnumerateObject().Select(node => Text(node.Value, "version")).FirstOrDefault() is { } number
            ? VersionOf(Flavor.OpenSearch, number)
            : null;
    }

    private static ClusterVersion? VersionOf(Flavor flavor, string number) =>
        ClusterVersion.TryParse($"{flavor} {number}", out var version) ? version : null;

    private static JsonDocument? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body.ToArray());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
