using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Portage.Clusters.Failures;

/// <summary>Turns an error answer into the exception that says what it means.</summary>
internal static partial class FailedReply
{
    /// <summary>Most characters of an answer that are shown.</summary>
    private const int ExcerptCharsMax = 300;

    private const string ClusterBlockType = "cluster_block_exception";

    /// <summary>The exception for an answer that is not a success, or not what a cluster would answer.</summary>
    public static ClusterException From(ClusterConnection connection, string request, PooledReply reply)
    {
        var error = ClusterError.Read(reply.Body);
        if (error is { Type: ClusterBlockType } && IsLastingBlock(ClusterBlockType, reply.Status))
        {
            return new ClusterBlockedException(connection.Endpoint, null, reply.Status, Redact(connection, error.Reason) ?? "");
        }

        if (reply.Status is 401 or 403)
        {
            return new ClusterUnauthorizedException(connection, request, reply.Status, Redact(connection, error?.Reason ?? Excerpt(reply)));
        }

        // 408, 413, 429 and 5xx may come from a proxy before a real cluster, in the proxy's own words.
        return error is null && reply.Status is not (408 or 413 or 429 or >= 500)
            ? NotACluster(connection, request, reply)
            : new ClusterRequestException(
                connection.Endpoint, request, reply.Status, error?.Type, Redact(connection, error?.Reason ?? Excerpt(reply)),
                [.. (error?.RootCauses ?? []).Select(cause => cause with { Reason = Redact(connection, cause.Reason)! })]);
    }

    /// <summary>The exception for an answer that a search cluster would not give.</summary>
    public static NotAClusterException NotACluster(ClusterConnection connection, string request, PooledReply reply)
    {
        var from = reply.Server is null ? "" : $" from '{reply.Server}'";
        var found = Excerpt(reply) is { Length: > 0 } excerpt ? $"'{excerpt}'" : "no body";
        return new(connection.Endpoint, request, reply.Status, Redact(connection, $"{found} ({reply.ContentType ?? "no content type"}){from}")!);
    }

    /// <summary>
    /// True for a block that somebody must lift. A block with status 503 is one of a cluster that is starting or has no
    /// master yet (<c>state not recovered</c>, <c>no master</c>): it passes by itself.
    /// </summary>
    public static bool IsLastingBlock(string? type, int status) => type == ClusterBlockType && status != 503;

    /// <summary>Takes every form of the connection's secret out of a text that a server wrote.</summary>
    public static string? Redact(ClusterConnection connection, string? text)
    {
        foreach (var secret in connection.Credential.SecretForms)
        {
            text = secret.Length == 0 ? text : text?.Replace(secret, "***", StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The title of a page, or the beginning of a text, on one line.</summary>
    private static string Excerpt(PooledReply reply)
    {
        var text = Encoding.UTF8.GetString(reply.Body.Span[..Math.Min(reply.Body.Length, 4096)]);
        var title = TitlePattern().Match(text);
        var line = WhiteSpacePattern().Replace(title.Success ? title.Groups["title"].Value : text, " ").Trim();
        line = new string([.. line.Where(c => char.GetUnicodeCategory(c) != UnicodeCategory.Control)]);
        return line.Length <= ExcerptCharsMax ? line : line[..ExcerptCharsMax] + "…";
    }

    [GeneratedRegex("<title>(?<title>[^<]*)</title>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TitlePattern();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpacePattern();
}
