using System.Net.Http.Headers;
using System.Text;

namespace Portage.Clusters.Auth;

/// <summary>How a client proves to a cluster who it is. Its text never holds a secret value.</summary>
public abstract record ClusterCredential
{
    private ClusterCredential()
    {
    }

    /// <summary>No credential is sent.</summary>
    public static ClusterCredential Anonymous { get; } = new None();

    /// <summary>The <c>Authorization</c> header; null when none is sent.</summary>
    internal abstract AuthenticationHeaderValue? Header { get; }

    /// <summary>Every form of the secret that a server could echo back, so that it can be taken out of what is shown.</summary>
    internal abstract IReadOnlyList<string> SecretForms { get; }

    /// <summary>The kind of credential, and the user's name where there is one; never the secret.</summary>
    public sealed override string ToString() => this switch
    {
        None => "none",
        Basic basic => $"basic ({basic.User})",
        _ => "apiKey",
    };

    /// <summary>No credential is sent.</summary>
    public sealed record None : ClusterCredential
    {
        /// <inheritdoc/>
        internal override AuthenticationHeaderValue? Header => null;

        /// <inheritdoc/>
        internal override IReadOnlyList<string> SecretForms => [];
    }

    /// <summary>HTTP basic authentication (RFC 7617), UTF-8.</summary>
    public sealed record Basic : ClusterCredential
    {
        /// <exception cref="ArgumentException">The user has a colon, which basic authentication cannot express, or a value has control characters.</exception>
        public Basic(string user, string password)
        {
            if (user.Contains(':', StringComparison.Ordinal) || user.Any(char.IsControl) || password.Any(char.IsControl))
            {
                throw new ArgumentException("A user name with a colon, or control characters in a user name or password, cannot be sent by basic authentication.");
            }

            (User, Password) = (user, password);
            Header = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        }

        /// <summary>Who the client is.</summary>
        public string User { get; }

        /// <summary>The secret.</summary>
        public string Password { get; }

        /// <inheritdoc/>
        internal override AuthenticationHeaderValue Header { get; }

        /// <inheritdoc/>
        internal override IReadOnlyList<string> SecretForms => [Password, Header.Parameter!];
    }

    /// <summary>An API key of the cluster's own security plugin, sent as <c>Authorization: ApiKey</c>.</summary>
    public sealed record ApiKey : ClusterCredential
    {
        /// <param name="value">The encoded form, <c>base64(id:key)</c>, as the cluster hands it out.</param>
        /// <exception cref="ArgumentException">It is empty or has white space or control characters.</exception>
        public ApiKey(string value)
        {
            if (value.Length == 0 || value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            {
                throw new ArgumentException("An API key is one word, the base64 text of 'id:key'; this one is empty or has white space in it.");
            }

            Value = value;
        }

        /// <summary>The secret.</summary>
        public string Value { get; }

        /// <inheritdoc/>
        internal override AuthenticationHeaderValue Header => new("ApiKey", Value);

        /// <inheritdoc/>
        internal override IReadOnlyList<string> SecretForms => [Value];
    }
}
