using Portage.Clusters.Auth;

namespace Portage.Clusters;

/// <summary>Everything needed to talk to one cluster. Its text never holds a secret value.</summary>
public sealed record ClusterConnection
{
    /// <param name="endpoint">
    /// As the user wrote it: <c>http://</c> or <c>https://</c>, host, optional port and path prefix. The port is the
    /// scheme's own (80, 443) when left out, as in every other program.
    /// </param>
    /// <exception cref="ArgumentException">It is not such a URL, or it holds a user name or password (which would be shown and logged with it).</exception>
    public ClusterConnection(string endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new ArgumentException("An endpoint is 'http://' or 'https://', a host, and optionally a port and a path.", nameof(endpoint));
        }

        if (uri.UserInfo.Length > 0)
        {
            throw new ArgumentException("An endpoint must not hold a user name or password: they would be shown with it. Use a credential.", nameof(endpoint));
        }

        Endpoint = endpoint;
        Root = uri.GetLeftPart(UriPartial.Path).TrimEnd('/');
        Uri = uri;
    }

    /// <summary>The endpoint as the user wrote it.</summary>
    public string Endpoint { get; }

    /// <summary>What is sent to prove who asks. Default none.</summary>
    public ClusterCredential Credential { get; init; } = ClusterCredential.Anonymous;

    /// <summary>What the user calls the credential, for advice when it is refused. Default null: it has no name.</summary>
    public string? CredentialName { get; init; }

    /// <summary>
    /// A PEM file with the authorities to trust *instead of* the system's; host names are still checked. Default null: the
    /// system's authorities.
    /// </summary>
    public string? CaFile { get; init; }

    /// <summary>True accepts any certificate, of any host. Default false.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>How long the cluster may take.</summary>
    public ClusterTimeouts Timeouts { get; init; } = new();

    /// <summary>How requests travel. Default null: over the network. Not disposed with a client.</summary>
    public HttpMessageHandler? Transport { get; init; }

    /// <summary>The endpoint without a slash at its end, for paths to be appended.</summary>
    internal string Root { get; }

    internal Uri Uri { get; }

    /// <summary>The endpoint and the kind of credential.</summary>
    public override string ToString() => $"{Endpoint} ({Credential}{(AllowInsecure ? ", insecure" : "")})";
}
