namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>No connection, or none that lasted for an answer.</summary>
    public static readonly DiagnosticKind Unreachable = new("PG4001", "Cluster unreachable");

    /// <summary>TLS works, but the certificate is not trusted, expired or for another host.</summary>
    public static readonly DiagnosticKind CertificateRefused = new("PG4002", "Cluster certificate not accepted");

    /// <summary>The endpoint says https and the server speaks HTTP, or the reverse.</summary>
    public static readonly DiagnosticKind WrongScheme = new("PG4003", "Endpoint scheme does not fit the server");

    /// <summary>401.</summary>
    public static readonly DiagnosticKind CredentialRefused = new("PG4004", "Cluster refused the credential");

    /// <summary>403 without a block.</summary>
    public static readonly DiagnosticKind NotPermitted = new("PG4005", "Not permitted on the cluster");

    /// <summary>A read-only index or cluster, or a disk past its flood stage.</summary>
    public static readonly DiagnosticKind ClusterBlocked = new("PG4006", "Cluster or index is blocked");

    /// <summary>An error answer that none of the other kinds describes.</summary>
    public static readonly DiagnosticKind RequestRefused = new("PG4007", "Cluster refused a request");

    /// <summary>Something answers HTTP, but it is not a search cluster.</summary>
    public static readonly DiagnosticKind NotACluster = new("PG4008", "Not an Elasticsearch or OpenSearch cluster");

    /// <summary>An answer that the protocol does not allow.</summary>
    public static readonly DiagnosticKind UnexpectedAnswer = new("PG4009", "Cluster gave an unexpected answer");

    /// <summary>The CA file is missing, unreadable or holds no certificate.</summary>
    public static readonly DiagnosticKind CaFileUnusable = new("PG4010", "CA file cannot be used");

    /// <summary>The target is of a version that nothing can be migrated to.</summary>
    public static readonly DiagnosticKind TargetTooOld = new("PG4011", "The target is too old");

    /// <summary>An index that metadata created, or found as wanted, is not there when documents are to be written into it.</summary>
    public static readonly DiagnosticKind TargetIndexGone = new("PG4012", "An index of the target is gone");

    /// <summary>What is to be written does certainly not fit on the target.</summary>
    public static readonly DiagnosticKind TargetHasNoRoom = new("PG4013", "The target has no room");

    /// <summary>An index of the target is closed, and shows nobody its documents.</summary>
    public static readonly DiagnosticKind TargetIndexClosed = new("PG4014", "An index of the target is closed");
}
