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

    /// <summary>Refuses an index with <c>index.soft_deletes.enabled: false</c>: OpenSearch 2 and later (tried on 2.19), Elasticsearch 8 and later.</summary>
    public bool InsistsOnSoftDeletes => Version.IsAtLeast(Flavor.OpenSearch, 2) || Version.IsAtLeast(Flavor.Elasticsearch, 8);

    /// <summary><c>index.lifecycle.*</c>: Elasticsearch 6.6 and later. OpenSearch manages indices by other settings.</summary>
    public bool HasIndexLifecycle => Version.IsAtLeast(Flavor.Elasticsearch, 6, 6);

    /// <summary>Fields of type <c>flattened</c>: Elasticsearch 7.3 and later.</summary>
    public bool HasFlattened => Version.IsAtLeast(Flavor.Elasticsearch, 7, 3);

    /// <summary>Fields of type <c>flat_object</c>, which do for OpenSearch 2.7 and later what <c>flattened</c> does for Elasticsearch.</summary>
    public bool HasFlatObject => Version.IsAtLeast(Flavor.OpenSearch, 2, 7);

    /// <summary><c>runtime</c> in mappings: Elasticsearch 7.11 and later.</summary>
    public bool HasRuntimeFields => Version.IsAtLeast(Flavor.Elasticsearch, 7, 11);

    /// <summary><c>time_series_dimension</c>, <c>time_series_metric</c> in mappings: Elasticsearch 8.0 and later (7.16 had them in preview).</summary>
    public bool HasTimeSeriesFields => Version.IsAtLeast(Flavor.Elasticsearch, 8);

    /// <summary><c>_source.mode</c> in mappings, and index modes that put sources together: Elasticsearch 8.4 and later.</summary>
    public bool HasSyntheticSource => Version.IsAtLeast(Flavor.Elasticsearch, 8, 4);

    /// <summary><c>index.derived_source.enabled</c>: OpenSearch 3.2 and later.</summary>
    public bool HasDerivedSource => Version.IsAtLeast(Flavor.OpenSearch, 3, 2);

    /// <summary>Index templates say <c>allow_auto_create</c>: Elasticsearch 7.11 and later.</summary>
    public bool HasAllowAutoCreate => Version.IsAtLeast(Flavor.Elasticsearch, 7, 11);

    /// <summary>A <c>data_stream</c> in an index template says <c>hidden</c>, <c>allow_custom_routing</c>: Elasticsearch 7.13 and later.</summary>
    public bool HasDataStreamOptions => Version.IsAtLeast(Flavor.Elasticsearch, 7, 13);
}
