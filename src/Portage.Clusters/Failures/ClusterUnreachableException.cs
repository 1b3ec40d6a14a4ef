using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>Why no answer came.</summary>
public enum UnreachableCause
{
    /// <summary>Nothing listens on the port.</summary>
    ConnectionRefused,

    /// <summary>The host's name does not resolve.</summary>
    NameNotFound,

    /// <summary>No connection within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>Connected, but no complete answer within the request timeout.</summary>
    RequestTimeout,

    /// <summary>The connection ended before the answer was complete.</summary>
    ConnectionLost,

    /// <summary>No route to the host, or another error of the network.</summary>
    NetworkError,

    /// <summary>The certificate is not signed by a trusted authority, or is expired or revoked.</summary>
    CertificateNotTrusted,

    /// <summary>The certificate is for another host.</summary>
    HostnameMismatch,

    /// <summary>The endpoint says https, and the server speaks plain HTTP.</summary>
    PlainHttpAnswered,

    /// <summary>The endpoint says http, and the server speaks TLS.</summary>
    TlsExpected,

    /// <summary>The TLS handshake failed for another reason.</summary>
    HandshakeFailed,
}

/// <summary>No answer came from the cluster. Whether the request was carried out is not known unless the cause is one of connecting.</summary>
public sealed class ClusterUnreachableException : ClusterException
{
    internal ClusterUnreachableException(string endpoint, UnreachableCause cause, string why, Exception? inner = null)
        : base(endpoint, $"{endpoint} cannot be reached: {why}.", inner) => (Cause, Why) = (cause, why);

    /// <summary>The kind of reason.</summary>
    public UnreachableCause Cause { get; }

    /// <summary>The reason in plain words, without a full stop.</summary>
    public string Why { get; }

    /// <summary>True when waiting may help; false when somebody has to change the endpoint, the certificate or the CA file.</summary>
    public bool MayPass => Cause is not (UnreachableCause.CertificateNotTrusted or UnreachableCause.HostnameMismatch
        or UnreachableCause.PlainHttpAnswered or UnreachableCause.TlsExpected);

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => Cause switch
    {
        UnreachableCause.CertificateNotTrusted or UnreachableCause.HostnameMismatch => DiagnosticCatalog.CertificateRefused.Error(path, Message),
        UnreachableCause.PlainHttpAnswered or UnreachableCause.TlsExpected => DiagnosticCatalog.WrongScheme.Error(path, Message),
        _ => DiagnosticCatalog.Unreachable.Error(path, Message),
    };
}
