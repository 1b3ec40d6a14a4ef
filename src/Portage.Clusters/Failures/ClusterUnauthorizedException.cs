using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>The cluster does not accept the credential (401), or does not permit what was asked (403).</summary>
public sealed class ClusterUnauthorizedException : ClusterException
{
    internal ClusterUnauthorizedException(string endpoint, string request, int status, string credential, string? said)
        : base(endpoint, Describe(endpoint, request, status, credential, said), null) => (Status, Said) = (status, said);

    /// <summary>401 or 403.</summary>
    public int Status { get; }

    /// <summary>What the server said; null when nothing.</summary>
    public string? Said { get; }

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) =>
        (Status == 401 ? DiagnosticCatalog.CredentialRefused : DiagnosticCatalog.NotPermitted).Error(path, Message);

    private static string Describe(string endpoint, string request, int status, string credential, string? said) =>
        $"{endpoint} answered '{request}' with {status} for credential {credential}{(string.IsNullOrWhiteSpace(said) ? " and said nothing more." : $": {said}")}";
}
