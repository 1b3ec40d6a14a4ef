using Portage.Model.Clusters;

namespace Portage.Sandbox;

/// <summary>What a sandbox cluster is like. Everything has a default that suits a test.</summary>
public sealed record SandboxOptions
{
    /// <summary>The loopback port to listen on. Default 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>The product and version that <c>GET /</c> claims. Default OpenSearch 2.19.1, whose answers the sandbox imitates whatever it claims.</summary>
    public ClusterVersion Version { get; init; } = new(Flavor.OpenSearch, 2, 19, 1);

    /// <summary>The name of the cluster. Default <c>sandbox</c>.</summary>
    public string ClusterName { get; init; } = "sandbox";

    /// <summary>When set, every request needs this user and password as basic authentication, and gets 401 without. Default: none.</summary>
    public SandboxCredentials? Credentials { get; init; }

    /// <summary>Most bytes of a request's body, as sent and after decompression; more gets 413. Default 100 MiB, as on a real server (<c>http.max_content_length</c>).</summary>
    public int BodyBytesMax { get; init; } = 100 * 1024 * 1024;

    /// <summary>Most shards, replicas included; an index beyond it is refused. Default 1,000, as on a real server of one node (<c>cluster.max_shards_per_node</c>).</summary>
    public int ShardsMax { get; init; } = 1_000;

    /// <summary>The disk that the node claims to have; documents take of it, and nothing is refused when it is full. Default 100 GiB.</summary>
    public long DiskBytes { get; init; } = 100L * 1024 * 1024 * 1024;

    /// <summary>Where creation dates, scroll lifetimes and delays take their time from. Default the system's clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where index uuids and generated document ids come from. Default one that never repeats; pass a seeded one to repeat a run.</summary>
    public Random? Random { get; init; }
}

/// <summary>A user that the sandbox lets in.</summary>
/// <param name="User">The name.</param>
/// <param name="Password">The password.</param>
public sealed record SandboxCredentials(string User, string Password)
{
    /// <summary>The user's name only: a password is never printed.</summary>
    public override string ToString() => $"{User} (password not shown)";
}
