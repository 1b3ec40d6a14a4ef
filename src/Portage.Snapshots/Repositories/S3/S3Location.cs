namespace Portage.Snapshots.Repositories.S3;

/// <summary>Where a repository of type <c>s3</c> lies.</summary>
/// <param name="Bucket">The bucket.</param>
public sealed record S3Location(string Bucket)
{
    private readonly string _prefix = "";

    /// <summary>What stands before the repository's blobs, <c>base_path</c> of its registration; empty for the root of the bucket. Slashes at its ends do not count.</summary>
    public string Prefix
    {
        get => _prefix;
        init => _prefix = value.Trim('/');
    }

    /// <summary>As <c>eu-central-1</c>. Null: what the environment of this process says (<c>AWS_REGION</c>, a profile, the machine), else <c>us-east-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The address of the store; null for that of AWS in the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>True where the bucket stands in the path of an address, false where it is part of the host's name. Null: in the path where an endpoint is given.</summary>
    public bool? PathStyle { get; init; }

    /// <summary>The ARN of a role to take on, with what <see cref="Login"/> says; null for none.</summary>
    public string? Role { get; init; }

    /// <summary>How to log in. Default: <see cref="S3Login.Found"/>.</summary>
    public S3Login Login { get; init; } = new S3Login.Found();

    /// <summary>What failures call what may be wrong: as whoever named this place wrote it.</summary>
    public S3Names Names { get; init; } = new();

    /// <summary>As <c>s3://bucket/prefix</c>, with the address where that is not AWS.</summary>
    public override string ToString() => $"s3://{Bucket}{(Prefix.Length == 0 ? "" : "/" + Prefix)}{(Endpoint is null ? "" : $" at {Endpoint.Scheme}://{Endpoint.Authority}")}";
}

/// <summary>The names under which a place in S3 is described, so that a failure names what a person really wrote, or can write.</summary>
/// <param name="Keys">With what keys are given.</param>
/// <param name="Anonymous">With what it is read without logging in.</param>
/// <param name="PathStyle">Whether the bucket stands in the path, followed by <c>true</c> or <c>false</c>.</param>
/// <param name="Region">The region.</param>
/// <param name="Endpoint">The address of the store.</param>
public sealed record S3Names(string Keys = "keys", string Anonymous = "anonymous", string PathStyle = "path style:", string Region = "region", string Endpoint = "endpoint")
{
    /// <summary>As a configuration has them.</summary>
    /// <param name="path">Of the place, as <c>migrations.logs.snapshots.main.repository.s3</c>.</param>
    public static S3Names In(string path) => new($"{path}.auth.keys", $"{path}.auth.anonymous", $"{path}.pathStyle:", $"{path}.region", $"{path}.endpoint");
}

/// <summary>How to log in to an object store.</summary>
public abstract record S3Login
{
    private S3Login()
    {
    }

    /// <summary>With what the environment has, looked for as all AWS SDKs do: variables, a profile, the role of the machine or pod.</summary>
    public sealed record Found : S3Login;

    /// <summary>Not at all: what the store shows to everybody.</summary>
    public sealed record Anonymous : S3Login;

    /// <summary>With keys. Never printed.</summary>
    /// <param name="AccessKey">The access key's id.</param>
    /// <param name="SecretKey">The secret access key.</param>
    /// <param name="SessionToken">Of temporary keys; null for lasting ones.</param>
    public sealed record Keys(string AccessKey, string SecretKey, string? SessionToken) : S3Login
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(Keys);
    }
}
