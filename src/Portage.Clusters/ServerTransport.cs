using Portage.Clusters.Auth;
using Portage.Clusters.Failures;

namespace Portage.Clusters;

/// <summary>How requests travel to a server over the network: with its certificate checked as the connection says, along no redirects, by no proxy of the environment.</summary>
public static class ServerTransport
{
    /// <summary>The transport of a connection.</summary>
    /// <exception cref="CaFileException">The connection's CA file cannot be used.</exception>
    public static SocketsHttpHandler Of(ClusterConnection connection) => new()
    {
        ConnectTimeout = connection.Timeouts.Connect,
        SslOptions = ServerCertificates.OptionsFor(connection),

        // A redirect would carry the credential elsewhere, and no cluster sends one.
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,

        // Names of clusters move between addresses; five minutes is how long a connection may go on to the old one.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
