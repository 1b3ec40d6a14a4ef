using System.Text.RegularExpressions;
using Portage.Model.Diagnostics;

namespace Portage.Clusters.Failures;

/// <summary>
/// The cluster refuses to write because of a block: an index or the whole cluster is read-only, or a disk is past its
/// flood stage. Nothing that waits will pass until somebody, or freed disk space, lifts the block.
/// </summary>
public sealed partial class ClusterBlockedException : ClusterException
{
    internal ClusterBlockedException(string endpoint, string? index, int status, string reason)
        : base(endpoint, Describe(endpoint, index, reason), null) =>
        (Index, Status, Reason, Blocks) = (index ?? IndexIn(reason), status, reason, BlocksIn(reason));

    /// <summary>The index that is blocked; null when it is the whole cluster, or when the cluster does not say.</summary>
    public string? Index { get; }

    /// <summary>403; 429 for block 12 in Elasticsearch 7.10 and OpenSearch 2.19.</summary>
    public int Status { get; }

    /// <summary>The cluster's words.</summary>
    public string Reason { get; }

    /// <summary>As <c>FORBIDDEN/8/index write (api)</c>.</summary>
    public IReadOnlyList<string> Blocks { get; }

    /// <summary>True when a disk is full past its flood stage (block 12, <c>IndexMetadata.INDEX_READ_ONLY_ALLOW_DELETE_BLOCK</c>).</summary>
    public bool DiskIsFull => Blocks.Any(block => block.Contains("/12/", StringComparison.Ordinal));

    /// <inheritdoc/>
    public override Diagnostic ToDiagnostic(string? path) => DiagnosticCatalog.ClusterBlocked.Error(path, Message);

    private static string Describe(string endpoint, string? index, string reason) =>
        (index ?? IndexIn(reason)) is { } name
            ? $"{endpoint}: index '{name}' is blocked by {string.Join(", ", BlocksIn(reason))}."
            : $"{endpoint}: the cluster is blocked by {string.Join(", ", BlocksIn(reason))}.";

    // The reason is the only place that names index and block: "index [logs] blocked by: [FORBIDDEN/8/index write (api)];"
    private static string? IndexIn(string reason) =>
        IndexPattern().Match(reason) is { Success: true } match ? match.Groups["index"].Value : null;

    private static IReadOnlyList<string> BlocksIn(string reason) =>
        BlockPattern().Matches(reason) is { Count: > 0 } matches ? [.. matches.Select(match => match.Groups["block"].Value)] : [reason];

    [GeneratedRegex(@"\bindex \[(?<index>[^\]]+)\]", RegexOptions.CultureInvariant)]
    private static partial Regex IndexPattern();

    [GeneratedRegex(@"\[(?<block>[A-Z_]+/[0-9]+/[^\]]*)\]", RegexOptions.CultureInvariant)]
    private static partial Regex BlockPattern();
}
