using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>Something answers HTTP at the endpoint, but not as Elasticsearch or OpenSearch would.</summary>
public sealed class NotAClusterException : ClusterException
{
    internal NotAClusterException(string endpoint, string request, int status, string found)
        : base(endpoint, $"{endpoint} answered '{request}' with {status} and {found}, which is not what Elasticsearch or OpenSearch would answer.", null) => Status = status;

    /// <summary>The HTTP status of the answer.</summary>
    public int Status { get; }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => DiagnosticCatalog.NotACluster.Error(path, Message);
}
