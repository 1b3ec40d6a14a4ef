using System.Net.Http.Headers;
using System.Text;

namespace Portage.Snapshots.Repositories.Http;

/// <summary>Where a repository lies that a web server shows.</summary>
public sealed record HttpLocation
{
    /// <param name="root">The address of the folder that holds <c>index.latest</c>: <c>http</c> or <c>https</c>, no query and no login. A slash at its end does not count.</param>
    /// <exception cref="ArgumentException">It is not such an address.</exception>
    public HttpLocation(Uri root)
    {
        if (!root.IsAbsoluteUri || root.Scheme is not ("http" or "https") || root.UserInfo.Length > 0 || root.Query.Length > 0 || root.Fragment.Length > 0)
        {
            // Not repeated: it may hold a password.
            throw new ArgumentException("The address of a repository is http:// or https://, a host and a path, without a login, a query or a fragment.", nameof(root));
        }

        Root = root;
    }

    /// <summary>The address of the folder.</summary>
    public Uri Root { get; }

    /// <summary>How to log in. Never sent to another host than that of <see cref="Root"/>.</summary>
    public HttpLogin Login { get; init; } = new HttpLogin.None();

    /// <summary>True follows the server to other hosts too; without, only within its own, and never from https to http.</summary>
    public bool AllowRedirects { get; init; }

    /// <summary>The address, without a slash at its end.</summary>
    public override string ToString() => Root.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>The address of a blob.</summary>
    internal Uri Of(string path) => new($"{this}/{string.Join('/', BlobPath.Below("", path).Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>True where the login may go: the same host by the same port, or from http to https, each by its own port.</summary>
    internal bool IsAt(Uri address) =>
        string.Equals(Root.IdnHost, address.IdnHost, StringComparison.OrdinalIgnoreCase)
        && (Root.Scheme == address.Scheme ? Root.Port == address.Port : address.Scheme == "https" && Root.IsDefaultPort && address.IsDefaultPort);
}

/// <summary>How to log in to a web server. Never printed.</summary>
public abstract record HttpLogin
{
    private HttpLogin()
    {
    }

    internal abstract AuthenticationHeaderValue? Header { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => GetType().Name;

    /// <summary>Not at all.</summary>
    public sealed record None : HttpLogin
    {
        internal override AuthenticationHeaderValue? Header => null;
    }

    /// <summary>By user name and password (RFC 7617).</summary>
    /// <param name="User">Without a colon.</param>
    /// <param name="Password">The secret.</param>
    public sealed record Basic(string User, string Password) : HttpLogin
    {
        internal override AuthenticationHeaderValue Header => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    /// <summary>By a token (RFC 6750).</summary>
    /// <param name="Token">As it is sent after <c>Bearer</c>.</param>
    public sealed record Bearer(string Token) : HttpLogin
    {
        internal override AuthenticationHeaderValue Header => new("Bearer", Token);
    }
}
