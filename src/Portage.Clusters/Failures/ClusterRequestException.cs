using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>The cluster answered a request with an error that no other <see cref="ClusterException"/> describes.</summary>
public sealed class ClusterRequestException : ClusterException
{
    internal ClusterRequestException(string endpoint, string request, int status, string? errorType, string? reason, IReadOnlyList<RootCause> rootCauses)
        : base(endpoint, $"{endpoint} answered '{request}' with {status}{(errorType is null ? "" : $" {errorType}")}{(reason is null ? "" : $": {reason}")}", null) =>
        (Request, Status, ErrorType, Reason, RootCauses) = (request, status, errorType, reason, rootCauses);

    /// <summary>Method and path.</summary>
    public string Request { get; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>As <c>index_not_found_exception</c>; null where the answer has none, as from a proxy.</summary>
    public string? ErrorType { get; }

    /// <summary>The cluster's words; for people, never to decide on.</summary>
    public string? Reason { get; }

    /// <summary>The causes that the cluster lists; may be empty.</summary>
    public IReadOnlyList<RootCause> RootCauses { get; }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => DiagnosticCatalog.RequestRefused.Error(path, Message);
}
