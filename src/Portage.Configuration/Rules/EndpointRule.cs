using Portage.Configuration.Paths;
using Portage.Configuration.Reading;
using Portage.Model.Diagnostics;

namespace Portage.Configuration.Rules;

/// <summary>
/// An endpoint is http(s)://host:port, perhaps with the path under which a proxy has the cluster, and nothing else. What follows
/// an @, a ? or a # is never repeated: it may be a secret.
/// </summary>
internal static class EndpointRule
{
    private const string Expected = "expected http:// or https://, a host and a port, as https://blue.example:9200";
    private const string ExpectedElsewhere = "expected http:// or https:// and a host, as https://files.example/snapshots";

    /// <summary>The endpoint without what means nothing (case of scheme and host, a slash at the end, the scheme's own port); null when it is reported.</summary>
    /// <param name="isCluster">False for what is no cluster: there, a part of the path that begins with an underscore is as good as any.</param>
    public static string? Check(string text, bool isCluster, ConfigPath path, Findings findings)
    {
        var expected = isCluster ? Expected : ExpectedElsewhere;
        if (text.Contains('@', StringComparison.Ordinal))
        {
            var bare = Bare(text, isCluster);
            findings.Add(
                DiagnosticCatalog.BadEndpoint.Error,
                path,
                "The endpoint holds a user name or a password (not shown). Put USER:PASSWORD into a secret, and its name under 'auth', as auth: { basic: { secret: blue-admin } }.",
                bare,
                bare is null ? Commands.Update(path) : Commands.Update(path, bare));
            return null;
        }

        if (Parse(text) is not { } uri)
        {
            var meant = text.Contains("://", StringComparison.Ordinal) || Parse("https://" + text) is not { } secure ? null : Root(secure, isCluster);
            findings.Add(
                DiagnosticCatalog.BadEndpoint.Error,
                path,
                $"Found '{Words.Shown(BeforeQuery(text))}'; {expected}.",
                meant,
                meant is null ? Commands.Update(path) : Commands.Update(path, meant));
            return null;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || ApiIn(uri, isCluster) is not null)
        {
            var root = Root(uri, isCluster);
            findings.Add(
                DiagnosticCatalog.BadEndpoint.Error,
                path,
                ApiIn(uri, isCluster) is { } api
                    ? $"'{Words.Shown(BeforeQuery(text))}' leads to an API of the cluster, '{Words.Shown(api)}', and not to the cluster itself."
                    : $"'{Words.Shown(BeforeQuery(text))}' has a query or a fragment (not shown); {expected}, and at most a path after it.",
                root,
                Commands.Update(path, root));
            return null;
        }

        return Root(uri, isCluster);
    }

    /// <summary>
    /// What tells clusters apart by their endpoints: host, port and path, as <see cref="Check"/> leaves them. Not the scheme, because
    /// one port does not serve two clusters.
    /// </summary>
    public static string ClusterOf(string endpoint) =>
        Parse(endpoint) is { } uri ? $"{uri.IdnHost}:{uri.Port}{PathOf(uri, isCluster: true)}" : endpoint;

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri is { Host.Length: > 0, UserInfo.Length: 0, Port: > 0 }
        && !text.AsSpan().ContainsAny(" \\")
            ? uri
            : null;

    private static string? Bare(string text, bool isCluster)
    {
        var scheme = text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://" : "https://";
        return Parse(scheme + text[(text.LastIndexOf('@') + 1)..]) is { } uri ? Root(uri, isCluster) : null;
    }

    private static string Root(Uri uri, bool isCluster) => Authority(uri) + PathOf(uri, isCluster);

    private static string Authority(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    /// <summary>The path up to what no proxy would name a cluster: APIs begin with an underscore.</summary>
    private static string PathOf(Uri uri, bool isCluster) => ApiIn(uri, isCluster) is { } api
        ? uri.AbsolutePath[..uri.AbsolutePath.IndexOf($"/{api}", StringComparison.Ordinal)].TrimEnd('/')
        : uri.AbsolutePath.TrimEnd('/');

    private static string? ApiIn(Uri uri, bool isCluster) => !isCluster ? null : uri.AbsolutePath.Split('/').FirstOrDefault(segment => segment.StartsWith('_'));

    private static string BeforeQuery(string text) => text[..(text.IndexOfAny(['?', '#']) is var end and >= 0 ? end : text.Length)];
}
