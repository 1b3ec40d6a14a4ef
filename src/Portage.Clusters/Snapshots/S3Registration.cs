namespace Portage.Clusters.Snapshots;

/// <summary>A repository of type <c>s3</c> as a cluster is told of it. What is null is left to the cluster's own settings. See the plugin repository-s3 of Elasticsearch and OpenSearch.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Client">The name under which the keys stand in the keystores of the nodes.</param>
public sealed record S3Registration(string Bucket, string Client)
{
    /// <summary>What stands before the repository's objects.</summary>
    public string? BasePath { get; init; }

    /// <summary>As <c>eu-central-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The address of the store, as the nodes reach it.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whether the bucket stands in the path of an address.</summary>
    public bool? PathStyle { get; init; }
}
