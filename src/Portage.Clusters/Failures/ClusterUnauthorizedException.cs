using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>The cluster does not accept the credential (401), or does not permit what was asked (403).</summary>
public sealed class ClusterUnauthorizedException : ClusterException
{
    internal ClusterUnauthorizedException(ClusterConnection connection, string request, int status, string? said)
        : base(connection.Endpoint, Describe(connection, request, status, said), null) => (Status, Said, CredentialName) = (status, said, connection.CredentialName);

    /// <summary>401 or 403.</summary>
    public int Status { get; }

    /// <summary>What the server said; null when nothing.</summary>
    public string? Said { get; }

    /// <summary>What the user calls the credential; null when it has no name, or there is none.</summary>
    public string? CredentialName { get; }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) =>
        (Status == 401 ? DiagnosticCatalog.CredentialRefused : DiagnosticCatalog.NotPermitted).Error(path, Message);

    private static string Describe(ClusterConnection connection, string request, int status, string? said) =>
        $"{connection.Endpoint} answered '{request}' with {status} for credential {connection.Credential}{(connection.CredentialName is { } name ? $" of secret '{name}'" : "")}{(string.IsNullOrWhiteSpace(said) ? " and said nothing more." : $": {said}")}";
}
