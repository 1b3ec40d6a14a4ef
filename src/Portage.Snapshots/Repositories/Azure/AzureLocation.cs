namespace Portage.Snapshots.Repositories.Azure;

/// <summary>Where a repository of type <c>azure</c> lies.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Container">The container.</param>
public sealed record AzureLocation(string Account, string Container)
{
    private readonly string _prefix = "";

    /// <summary>What stands before the repository's blobs, <c>base_path</c> of its registration; empty for the root of the container. Slashes at its ends do not count.</summary>
    public string Prefix
    {
        get => _prefix;
        init => _prefix = value.Trim('/');
    }

    /// <summary>The address of the account's blobs; null for <c>https://ACCOUNT.blob.core.windows.net</c>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How to log in. Default: <see cref="AzureLogin.Found"/>.</summary>
    public AzureLogin Login { get; init; } = new AzureLogin.Found();

    /// <summary>As <c>azure://account/container/prefix</c>, with the address where that is not Azure's own.</summary>
    public override string ToString() => $"azure://{Account}/{BlobPath.Join(Container, Prefix).TrimEnd('/')}{(Endpoint is null ? "" : $" at {Endpoint.Scheme}://{Endpoint.Authority}")}";

    internal Uri ContainerUri => new($"{(Endpoint is { } endpoint ? endpoint.ToString().TrimEnd('/') : $"https://{Account}.blob.core.windows.net")}/{Container}");
}

/// <summary>How to log in to Azure. Never printed.</summary>
public abstract record AzureLogin
{
    private AzureLogin()
    {
    }

    /// <inheritdoc/>
    public sealed override string ToString() => GetType().Name;

    /// <summary>With what the environment has, looked for as Azure's SDKs do: variables, the identity of the machine or pod, the login of its tools.</summary>
    public sealed record Found : AzureLogin;

    /// <summary>Not at all: what the container shows to everybody.</summary>
    public sealed record Anonymous : AzureLogin;

    /// <summary>With a key of the account.</summary>
    /// <param name="Value">In base 64.</param>
    public sealed record Key(string Value) : AzureLogin;

    /// <summary>With a shared access signature, which must allow to read and to list.</summary>
    /// <param name="Token">As <c>sv=…&amp;sig=…</c>, with or without a <c>?</c> before it.</param>
    public sealed record Sas(string Token) : AzureLogin;

    /// <summary>With a connection string, of the location's account and endpoint.</summary>
    /// <param name="Value">As <c>DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…</c>.</param>
    public sealed record ConnectionString(string Value) : AzureLogin;
}
