using Portage.Model.Clusters;

namespace Portage.Clusters;

/// <summary>What a cluster says about itself.</summary>
/// <param name="Version">Product and version, as far as they can be told.</param>
/// <param name="Name">The cluster's name; not unique.</param>
/// <param name="Uuid">The cluster's own identity; <c>_na_</c> while it has no master.</param>
/// <param name="VersionIsHidden">
/// True when an OpenSearch 1 or 2 reports itself as 7.10.2 (<c>compatibility.override_main_response_version</c>) and its
/// nodes' own version could not be read either: <see cref="Version"/> is then <c>OS 1.0.0</c>, the least it can be.
/// </param>
public sealed record ClusterInfo(ClusterVersion Version, string Name, string Uuid, bool VersionIsHidden);
