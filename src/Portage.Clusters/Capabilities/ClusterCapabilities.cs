using Portage.Model.Clusters;

namespace Portage.Clusters.Capabilities;

/// <summary>What a cluster of some version can do; the only place in this library that compares versions.</summary>
/// <param name="Version">The version asked about.</param>
public sealed record ClusterCapabilities(ClusterVersion Version)
{
    /// <summary>Component templates and composable index templates: Elasticsearch 7.8 (7.7 had them in beta), every OpenSearch.</summary>
    public bool HasComposableTemplates => Version.Flavor == Flavor.OpenSearch || Version.IsAtLeast(Flavor.Elasticsearch, 7, 8);

    /// <summary>Mappings, templates and bulk operations name a type: Elasticsearch up to 6. Version 7 answers without unless asked, 8 and OpenSearch know none.</summary>
    public bool HasMappingTypes => Version is { Flavor: Flavor.Elasticsearch, Major: <= 6 };

    /// <summary>Bulk operations need no type, so that <see cref="Bulk.BulkPipeline"/> can write: Elasticsearch 7 and later, every OpenSearch.</summary>
    public bool TakesBulkWithoutType => !HasMappingTypes;
}
