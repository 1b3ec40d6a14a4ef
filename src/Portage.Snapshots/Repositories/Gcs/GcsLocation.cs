namespace Portage.Snapshots.Repositories.Gcs;

/// <summary>Where a repository of type <c>gcs</c> lies.</summary>
/// <param name="Bucket">The bucket.</param>
public sealed record GcsLocation(string Bucket)
{
    private readonly string _prefix = "";

    /// <summary>What stands before the repository's blobs, <c>base_path</c> of its registration; empty for the root of the bucket. Slashes at its ends do not count.</summary>
    public string Prefix
    {
        get => _prefix;
        init => _prefix = value.Trim('/');
    }

    /// <summary>The address of the store; null for Google's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How to log in. Default: <see cref="GcsLogin.Found"/>.</summary>
    public GcsLogin Login { get; init; } = new GcsLogin.Found();

    /// <summary>As <c>gs://bucket/prefix</c>, with the address where that is not Google's own.</summary>
    public override string ToString() => $"gs://{BlobPath.Join(Bucket, Prefix).TrimEnd('/')}{(Endpoint is null ? "" : $" at {Endpoint.Scheme}://{Endpoint.Authority}")}";
}

/// <summary>How to log in to Google Cloud Storage. Never printed.</summary>
public abstract record GcsLogin
{
    private GcsLogin()
    {
    }

    /// <inheritdoc/>
    public sealed override string ToString() => GetType().Name;

    /// <summary>With what the environment has, looked for as all of Google's clients do: a file that <c>GOOGLE_APPLICATION_CREDENTIALS</c> names, the login of its tools, the account of the machine or pod.</summary>
    public sealed record Found : GcsLogin;

    /// <summary>Not at all: what the bucket shows to everybody.</summary>
    public sealed record Anonymous : GcsLogin;

    /// <summary>With a key of a service account.</summary>
    /// <param name="Json">The file as Google gives it: an object with <c>"type": "service_account"</c>.</param>
    public sealed record Key(string Json) : GcsLogin;
}
