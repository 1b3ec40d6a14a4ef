using Portage.Clusters.Failures;

namespace Portage.Steps.Connecting;

/// <summary>Which command mends, or begins to mend, what a cluster's failure says.</summary>
internal static class ClusterAdvice
{
    /// <summary>The command; null where only somebody at the cluster can do something.</summary>
    /// <param name="path">Where the cluster is configured, as <c>targets.blue</c>, or the snapshot that it was asked about.</param>
    public static string? CommandFor(ClusterException failure, string path) =>
        path.IndexOf(".snapshots.", StringComparison.Ordinal) is > 0 and var end ? CommandAt(failure, $"{path[..end]}.source") : CommandAt(failure, path);

    private static string? CommandAt(ClusterException failure, string path) => failure switch
    {
        CaFileException => $"workflow configure update {path}.tls.caFile /path/to/authorities.pem",
        ClusterUnauthorizedException { Status: 401, CredentialName: { } secret } => $"workflow credentials create {secret}",
        ClusterUnauthorizedException { Status: 401 } => $"workflow configure update {path}.auth.basic.secret NAME",
        ClusterUnreachableException unreachable => CommandAt(unreachable, path),
        NotAClusterException => $"workflow configure update {path}.endpoint https://HOST:PORT",

        // Started again when the block is gone, it goes on where it was.
        ClusterBlockedException => "workflow start",
        _ => null,
    };

    private static string CommandAt(ClusterUnreachableException failure, string path) => failure.Cause switch
    {
        UnreachableCause.TlsExpected => $"workflow configure update {path}.endpoint {WithScheme(failure.Endpoint, Uri.UriSchemeHttps)}",
        UnreachableCause.PlainHttpAnswered => $"workflow configure update {path}.endpoint {WithScheme(failure.Endpoint, Uri.UriSchemeHttp)}",
        UnreachableCause.CertificateNotTrusted => $"workflow configure update {path}.tls.caFile /path/to/authorities.pem",
        UnreachableCause.HostnameMismatch or UnreachableCause.NameNotFound or UnreachableCause.ConnectionRefused => $"workflow configure update {path}.endpoint {new Uri(failure.Endpoint).Scheme}://HOST:PORT",

        // Nothing is known to be wrong with the configuration: look again.
        _ => "workflow configure validate --probe",
    };

    private static string WithScheme(string endpoint, string scheme) => $"{scheme}{endpoint[endpoint.IndexOf("://", StringComparison.Ordinal)..]}";
}
