using System.Collections.Immutable;
using Portage.Configuration.Fields;

namespace Portage.Configuration;

/// <summary>What a person declared: where data should end up. One record per object of the text.</summary>
public sealed record MigrationConfig
{
    [Field("Clusters that data goes to, by name.", Example = "blue")]
    public ImmutableSortedDictionary<string, TargetConfig> Targets { get; init; } = ImmutableSortedDictionary.Create<string, TargetConfig>(StringComparer.Ordinal);

    [Field("What to move, by the name of its source.", Example = "securitylogs")]
    public ImmutableSortedDictionary<string, SourceMigrationConfig> Migrations { get; init; } = ImmutableSortedDictionary.Create<string, SourceMigrationConfig>(StringComparer.Ordinal);

    [Field("How much may be under way at the same time, counted over all sessions of the home. What has begun goes on.")]
    public LimitsConfig Limits { get; init; } = new();
}

/// <summary>How much may be under way at the same time.</summary>
public sealed record LimitsConfig
{
    [Field("Worker processes at the same time.", Default = "twice the processors of the machine, at least 4", Example = "4", Min = 1, Max = 1_000)]
    public int? Workers { get; init; }

    [Field("Steps inside the controller at the same time.", Min = 1, Max = 10_000)]
    public int LightSteps { get; init; } = 64;

    [Field("Steps of one kind at the same time.")]
    public KindLimitsConfig Kinds { get; init; } = new();
}

/// <summary>How many steps of one kind may be under way at the same time.</summary>
public sealed record KindLimitsConfig
{
    [Field("Snapshots taken or verified at the same time.", Default = "no limit of their own", Example = "2", Min = 1, Max = 10_000)]
    public int? Snapshot { get; init; }

    [Field("Metadata steps at the same time.", Default = "no limit of their own", Example = "8", Min = 1, Max = 10_000)]
    public int? Metadata { get; init; }

    [Field("Backfills at the same time.", Default = "no limit of their own", Example = "2", Min = 1, Max = 10_000)]
    public int? Backfill { get; init; }

    [Field("Comparisons at the same time.", Default = "no limit of their own", Example = "2", Min = 1, Max = 10_000)]
    public int? Validate { get; init; }
}

/// <summary>A cluster that data goes to.</summary>
public sealed record TargetConfig
{
    [Field("Address of the cluster: http:// or https://, host and port, and a path where the cluster stands below one.", Affects = Affects.Result, Change = Change.Never, Required = true, Form = TextForm.Endpoint, Example = "https://blue.example:9200")]
    public string? Endpoint { get; init; }

    [Field("How to log in.", Default = "none", SameAsGiving = "none", Affects = Affects.Process)]
    public AuthConfig? Auth { get; init; }

    [Field("How to check the server's certificate.", Affects = Affects.Process)]
    public TlsConfig Tls { get; init; } = new();

    [Field("How long the cluster may take.", Affects = Affects.Process)]
    public TargetTimeoutsConfig Timeouts { get; init; } = new();

    [Field("Steps of all sessions that work on this target at the same time.", Default = "no limit of its own", Example = "4", Min = 1, Max = 10_000)]
    public int? StepsMax { get; init; }
}

/// <summary>How to log in to a cluster.</summary>
[ExactlyOne]
[Sensitive]
[NotAvailableYet("bearer", "sigv4", "mtls")]
public sealed record AuthConfig
{
    [Field("User name and password; the secret holds USER:PASSWORD.", Affects = Affects.Process)]
    public SecretConfig? Basic { get; init; }

    [Field("An API key; the secret holds the key as it is sent after 'ApiKey '.", Affects = Affects.Process)]
    public SecretConfig? ApiKey { get; init; }

    [Field("No login.", Affects = Affects.Process)]
    public NoAuthConfig? None { get; init; }
}

/// <summary>No login: written as <c>none: {}</c>.</summary>
public sealed record NoAuthConfig;

/// <summary>Points to a secret.</summary>
public sealed record SecretConfig
{
    [Field("Name of the secret, never its value. Looked up as the environment variable PORTAGE_SECRET_<NAME> (upper case, - and . as _), then as the file <home>/secrets/<name> with mode 0600.", Required = true, Form = TextForm.SecretName, Example = "blue-admin")]
    public string? Secret { get; init; }
}

/// <summary>How a server's certificate is checked.</summary>
public sealed record TlsConfig
{
    [Field("PEM file with the authorities to trust; an absolute path.", Default = "the system's authorities", Affects = Affects.Process, Form = TextForm.AbsolutePath, Example = "/etc/portage/blue-ca.pem")]
    public string? CaFile { get; init; }

    [Field("Accept any certificate. The connection is encrypted, but to whom is not known.", Affects = Affects.Process)]
    public bool AllowInsecure { get; init; }
}

/// <summary>How long a cluster may take before it counts as unreachable; then the request is made again, or its step tries again later.</summary>
public sealed record TimeoutsConfig
{
    [Field("Most time for resolving the name, connecting and the TLS handshake together; a change counts from the step's next start.", Affects = Affects.Process, Unit = "seconds", Min = 1, Max = 600)]
    public int ConnectSeconds { get; init; } = 5;

    [Field("Most time for one request, until its whole answer is there.", Affects = Affects.Process, Unit = "seconds", Min = 1, Max = 86_400)]
    public int RequestSeconds { get; init; } = 60;
}

/// <summary>How long a target may take; as <see cref="TimeoutsConfig"/>, and for bulk requests.</summary>
public sealed record TargetTimeoutsConfig
{
    [Field("Most time for resolving the name, connecting and the TLS handshake together; a change counts from the step's next start.", Affects = Affects.Process, Unit = "seconds", Min = 1, Max = 600)]
    public int ConnectSeconds { get; init; } = 5;

    [Field("Most time for one request, until its whole answer is there; _bulk requests have their own.", Affects = Affects.Process, Unit = "seconds", Min = 1, Max = 86_400)]
    public int RequestSeconds { get; init; } = 60;

    [Field("Most time for one _bulk request, until its whole answer is there. Documents of a request that takes longer are sent again.", Affects = Affects.Process, Unit = "seconds", Min = 1, Max = 86_400)]
    public int BulkSeconds { get; init; } = 60;
}

/// <summary>One source and everything that is to happen with its data.</summary>
[NotAvailableYet("capture", "replay", "switch", "teardown")]
public sealed record SourceMigrationConfig
{
    [Field("The cluster that data comes from. May be left out where every snapshot exists already.", Affects = Affects.Process)]
    public SourceConfig? Source { get; init; }

    [Field("Snapshots of the source, taken or existing, by name.", Example = "main")]
    public ImmutableSortedDictionary<string, SnapshotConfig> Snapshots { get; init; } = ImmutableSortedDictionary.Create<string, SnapshotConfig>(StringComparer.Ordinal);

    [Field("Index sets that go down the pipeline independently, by name.", Example = "posts")]
    public ImmutableSortedDictionary<string, SliceConfig> Slices { get; init; } = ImmutableSortedDictionary.Create<string, SliceConfig>(StringComparer.Ordinal);
}

/// <summary>The cluster that data comes from.</summary>
public sealed record SourceConfig
{
    [Field("Address of the cluster: http:// or https://, host and port, and a path where the cluster stands below one.", Affects = Affects.Process, Required = true, Form = TextForm.Endpoint, Example = "https://old.example:9200")]
    public string? Endpoint { get; init; }

    [Field("How to log in.", Default = "none", SameAsGiving = "none", Affects = Affects.Process)]
    public AuthConfig? Auth { get; init; }

    [Field("How to check the server's certificate.", Affects = Affects.Process)]
    public TlsConfig Tls { get; init; } = new();

    [Field("How long the cluster may take.", Affects = Affects.Process)]
    public TimeoutsConfig Timeouts { get; init; } = new();

    [Field("Product and version, as 'ES 7.10.2' or 'OS 2.19.1'.", Default = "asked of the cluster, or read from the snapshot", Affects = Affects.Process, Form = TextForm.ClusterVersion, Example = "ES 7.10.2")]
    public string? Version { get; init; }
}

/// <summary>A snapshot: one that exists, or one to take.</summary>
[ExactlyOne("existing", "take")]
public sealed record SnapshotConfig
{
    [Field("Where the snapshot lies.", Affects = Affects.Result, Change = Change.Never, Required = true)]
    public RepositoryConfig? Repository { get; init; }

    [Field("Name of a snapshot that exists. Exactly one of existing and take.", Affects = Affects.Result, Change = Change.Never, Example = "nightly-2026-11-01")]
    public string? Existing { get; init; }

    [Field("Take a snapshot through the source's API. Exactly one of existing and take.", Affects = Affects.Result, Change = Change.Never)]
    public TakeConfig? Take { get; init; }
}

/// <summary>Where snapshots lie.</summary>
[ExactlyOne]
public sealed record RepositoryConfig
{
    [Field("A folder, as a repository of type fs writes it.", Affects = Affects.Result, Change = Change.Never)]
    public FileRepositoryConfig? File { get; init; }

    [Field("A bucket, as a repository of type s3 writes it.", Affects = Affects.Result, Change = Change.Never)]
    public S3RepositoryConfig? S3 { get; init; }

    [Field("A container of Azure Blob Storage, as a repository of type azure writes it.", Affects = Affects.Result, Change = Change.Never)]
    public AzureRepositoryConfig? Azure { get; init; }

    [Field("A bucket of Google Cloud Storage, as a repository of type gcs writes it.", Affects = Affects.Result, Change = Change.Never)]
    public GcsRepositoryConfig? Gcs { get; init; }

    [Field("A folder that a web server shows, as a repository of type url reads it. For snapshots that exist.", Affects = Affects.Result, Change = Change.Never)]
    public UrlRepositoryConfig? Url { get; init; }
}

/// <summary>A snapshot repository in a bucket of S3, or of a store that speaks like it. Read by ranges; nothing of it is kept on this machine.</summary>
public sealed record S3RepositoryConfig
{
    [Field("The bucket, by its name alone.", Affects = Affects.Result, Change = Change.Never, Required = true, Form = TextForm.BucketName, Example = "snapshots")]
    public string? Bucket { get; init; }

    [Field("What stands before the repository's files in the bucket: base_path of its registration.", Default = "none: the root of the bucket", Affects = Affects.Result, Change = Change.Never, Example = "prod/search")]
    public string? Prefix { get; init; }

    [Field("Region of the bucket, as eu-central-1.", Default = "that of the environment (AWS_REGION, a profile, the machine), else us-east-1", Affects = Affects.Process, Example = "eu-central-1")]
    public string? Region { get; init; }

    [Field("Address of the store, where it is not that of AWS for the region.", Default = "that of AWS", Affects = Affects.Process, Form = TextForm.Endpoint, Example = "https://minio.example:9000")]
    public string? Endpoint { get; init; }

    [Field("The bucket is named in the path of an address, not in the name of the host.", Default = "true with an endpoint, else false", Affects = Affects.Process, Example = "true")]
    public bool? PathStyle { get; init; }

    [Field("ARN of a role to take on.", Default = "none", Affects = Affects.Process, Example = "arn:aws:iam::123456789012:role/reader")]
    public string? Role { get; init; }

    [Field("How to log in.", Default = "with what the environment has: variables, a profile, the role of the machine", Affects = Affects.Process)]
    public S3AuthConfig? Auth { get; init; }

    [Field("Which client of the source cluster's keystore it logs in with when a snapshot is taken.", Default = "default", Affects = Affects.Process)]
    public string SourceClient { get; init; } = "default";
}

/// <summary>How to log in to an object store.</summary>
[ExactlyOne]
public sealed record S3AuthConfig
{
    [Field("With keys; the secret holds ACCESS_KEY:SECRET_KEY, and :SESSION_TOKEN where they are temporary.", Affects = Affects.Process)]
    public SecretConfig? Keys { get; init; }

    [Field("Not at all: the store shows it to everybody.", Affects = Affects.Process)]
    public NoAuthConfig? Anonymous { get; init; }
}

/// <summary>A snapshot repository in a container of Azure Blob Storage. Read by ranges; nothing of it is kept on this machine.</summary>
public sealed record AzureRepositoryConfig
{
    [Field("The storage account.", Affects = Affects.Result, Change = Change.Never, Required = true, Example = "snapshotstore")]
    public string? Account { get; init; }

    [Field("The container.", Affects = Affects.Result, Change = Change.Never, Required = true, Example = "snapshots")]
    public string? Container { get; init; }

    [Field("What stands before the repository's files in the container: base_path of its registration.", Default = "none: the root of the container", Affects = Affects.Result, Change = Change.Never, Example = "prod/search")]
    public string? Prefix { get; init; }

    [Field("Address of the account's blobs, where it is not https://ACCOUNT.blob.core.windows.net.", Default = "that of the account", Affects = Affects.Process, Form = TextForm.WebAddress, Example = "https://snapshotstore.blob.core.usgovcloudapi.net")]
    public string? Endpoint { get; init; }

    [Field("How to log in.", Default = "with what the environment has: variables, the identity of the machine, the login of Azure's tools", Affects = Affects.Process)]
    public AzureAuthConfig? Auth { get; init; }

    [Field("Which client of the source cluster's keystore it logs in with when a snapshot is taken.", Default = "default", Affects = Affects.Process)]
    public string SourceClient { get; init; } = "default";
}

/// <summary>How to log in to Azure Blob Storage.</summary>
[ExactlyOne]
public sealed record AzureAuthConfig
{
    [Field("With a key of the account; the secret holds it as Azure shows it.", Affects = Affects.Process)]
    public SecretConfig? Key { get; init; }

    [Field("With a shared access signature that allows to read and to list; the secret holds it, as sv=...&sig=...", Affects = Affects.Process)]
    public SecretConfig? Sas { get; init; }

    [Field("With a connection string of the account; the secret holds it as Azure shows it.", Affects = Affects.Process)]
    public SecretConfig? ConnectionString { get; init; }

    [Field("Not at all: the container shows it to everybody.", Affects = Affects.Process)]
    public NoAuthConfig? Anonymous { get; init; }
}

/// <summary>A snapshot repository in a bucket of Google Cloud Storage. Read by ranges; nothing of it is kept on this machine.</summary>
public sealed record GcsRepositoryConfig
{
    [Field("The bucket.", Affects = Affects.Result, Change = Change.Never, Required = true, Example = "snapshots")]
    public string? Bucket { get; init; }

    [Field("What stands before the repository's files in the bucket: base_path of its registration.", Default = "none: the root of the bucket", Affects = Affects.Result, Change = Change.Never, Example = "prod/search")]
    public string? Prefix { get; init; }

    [Field("Address of the store, where it is not Google's own.", Default = "https://storage.googleapis.com", Affects = Affects.Process, Form = TextForm.WebAddress, Example = "https://storage.example")]
    public string? Endpoint { get; init; }

    [Field("How to log in.", Default = "with what the environment has: the file that GOOGLE_APPLICATION_CREDENTIALS names, the login of Google's tools, the account of the machine", Affects = Affects.Process)]
    public GcsAuthConfig? Auth { get; init; }

    [Field("Which client of the source cluster's keystore it logs in with when a snapshot is taken.", Default = "default", Affects = Affects.Process)]
    public string SourceClient { get; init; } = "default";
}

/// <summary>How to log in to Google Cloud Storage.</summary>
[ExactlyOne]
public sealed record GcsAuthConfig
{
    [Field("With a key of a service account; the secret holds the JSON file as Google gives it.", Affects = Affects.Process)]
    public SecretConfig? Key { get; init; }

    [Field("Not at all: the bucket shows it to everybody.", Affects = Affects.Process)]
    public NoAuthConfig? Anonymous { get; init; }
}

/// <summary>A snapshot repository that a web server shows. Read by ranges, which the server must know; nothing of it is kept on this machine.</summary>
public sealed record UrlRepositoryConfig
{
    [Field("Address of the folder that holds index.latest.", Affects = Affects.Result, Change = Change.Never, Required = true, Form = TextForm.WebAddress, Example = "https://files.example/snapshots")]
    public string? Endpoint { get; init; }

    [Field("How to log in.", Default = "not at all", Affects = Affects.Process)]
    public UrlAuthConfig? Auth { get; init; }

    [Field("How to check the server's certificate.", Affects = Affects.Process)]
    public TlsConfig Tls { get; init; } = new();

    [Field("Go where the server leads, to other hosts too; the login is not sent there. Without, only within the same host.", Affects = Affects.Process)]
    public bool AllowRedirects { get; init; }
}

/// <summary>How to log in to a web server.</summary>
[ExactlyOne]
public sealed record UrlAuthConfig
{
    [Field("User name and password; the secret holds USER:PASSWORD.", Affects = Affects.Process)]
    public SecretConfig? Basic { get; init; }

    [Field("A token; the secret holds it as it is sent after 'Bearer '.", Affects = Affects.Process)]
    public SecretConfig? Bearer { get; init; }
}

/// <summary>A snapshot repository in a folder.</summary>
public sealed record FileRepositoryConfig
{
    [Field("The folder as this machine sees it, absolute.", Affects = Affects.Result, Change = Change.Never, Required = true, Form = TextForm.AbsolutePath, Example = "/mnt/snapshots")]
    public string? Path { get; init; }

    [Field("The same folder as the source cluster sees it, for taking a snapshot.", Default = "path", SameAs = "path", Affects = Affects.Process, Form = TextForm.AbsolutePathElsewhere, Example = "/usr/share/elasticsearch/snapshots")]
    public string? SourcePath { get; init; }
}

/// <summary>A snapshot to take.</summary>
public sealed record TakeConfig
{
    [Field("Indices to take.", Default = "all", Affects = Affects.Result, Change = Change.Never)]
    public IndexSelectionConfig Indices { get; init; } = new();

    [Field("Take the templates too.", Affects = Affects.Result, Change = Change.Never)]
    public bool IncludeGlobalState { get; init; } = true;
}

/// <summary>Selects by name: included and not excluded.</summary>
public sealed record IndexSelectionConfig
{
    [Field("Names, patterns with *, or regex: and a regular expression that matches the whole name.", Affects = Affects.Result, NotEmpty = true, Form = TextForm.IndexPattern, Example = "[\"logs-2026-*\"]")]
    public ImmutableArray<string> Include { get; init; } = ["*"];

    [Field("The same forms; what matches is left out.", Default = "none", Affects = Affects.Result, Form = TextForm.IndexPattern, Example = "[\"*-debug\"]")]
    public ImmutableArray<string> Exclude { get; init; } = [];
}

/// <summary>What becomes of an index that has several mapping types (Elasticsearch before 6).</summary>
public enum TypesChoice
{
    /// <summary>Nothing is chosen: an index with several types is refused before anything is written.</summary>
    Refuse,

    /// <summary>One target index; each id is prefixed with its type, as <c>type#id</c>.</summary>
    PrefixIds,

    /// <summary>One target index a type, named <c>index-type</c>.</summary>
    IndexPerType,
}

/// <summary>An index set that goes down the pipeline on its own.</summary>
public sealed record SliceConfig
{
    [Field("The snapshot to read, by name. May be left out where the source has only one. The name decides nothing: what is read from the snapshot does.", Default = "the only one", Affects = Affects.Nothing, Example = "main")]
    [Reference("snapshots")]
    public string? Snapshot { get; init; }

    [Field("Indices of the slice.", Default = "all of the snapshot but those that begin with a dot", Affects = Affects.Result)]
    public IndexSelectionConfig? Indices { get; init; }

    [Field("Targets, by name.", Default = "every target", Affects = Affects.Nothing, NotEmpty = true, Example = "[blue]")]
    [Reference("targets")]
    public ImmutableArray<string> Targets { get; init; } = [];

    [Field("What becomes of indices with several mapping types (Elasticsearch before 6).", Affects = Affects.Result, Change = Change.Never)]
    public TypesChoice Types { get; init; } = TypesChoice.Refuse;

    [Field("What is done to each document on its way, and to the mappings that describe it, one after the other.", Default = "none", Affects = Affects.Result, CommentInSample = true)]
    public ImmutableArray<TransformConfig> Transforms { get; init; } = [];

    [Field("How templates, indices and aliases are created.")]
    public MetadataConfig Metadata { get; init; } = new();

    [Field("How documents are copied.")]
    public BackfillConfig Backfill { get; init; } = new();

    [Field("How the target is compared with the snapshot.")]
    public ValidateConfig Validate { get; init; } = new();
}

/// <summary>How templates, indices and aliases are created on a target.</summary>
public sealed record MetadataConfig
{
    [Field("Leave the step out: the indices are there already.")]
    public bool Skip { get; init; }

    [Field("Templates to create, by name.", Default = "those whose patterns match an index of the slice, and the component templates that they use", Affects = Affects.Result, InPlace = true, CommentInSample = true)]
    public IndexSelectionConfig? Templates { get; init; }

    [Field("Replicas of every index created.", Default = "as at the source", Affects = Affects.Result, InPlace = true, Example = "1", Min = 0, Max = 100)]
    public int? Replicas { get; init; }

    [Field("What lets the step go on after its evaluation: manual, auto, none, or a predicate over its numbers.")]
    [Gate("conflicts == 0 && dropped == 0 && removed == 0 && lost == 0 && lacking == 0 && external == 0 && failing == 0", "created", "updated", "removed", "kept", "changed", "dropped", "conflicts", "lost", "lacking", "external", "leftOut", "failing")]
    public string Approve { get; init; } = "manual";
}

/// <summary>What to do about a document that the target has already.</summary>
public enum ConflictChoice
{
    /// <summary>Leave it as it is; validation tells whether it differs.</summary>
    KeepExisting,

    /// <summary>Replace it.</summary>
    Overwrite,
}

/// <summary>How documents are copied to a target.</summary>
public sealed record BackfillConfig
{
    [Field("Leave the step out.")]
    public bool Skip { get; init; }

    [Field("Shards, or parts of them, read at the same time.", Affects = Affects.Process, Min = 1, Max = 64)]
    public int Workers { get; init; } = 2;

    [Field("Processes that copy at the same time, on this machine, each with so many workers and its part of the connections; no more than connections.", Affects = Affects.Process, Min = 1, Max = 64)]
    public int Processes { get; init; } = 1;

    [Field("Stored fields of one part, in bytes of the snapshot: a shard with more is read in several parts at the same time, here and by validate. It holds for indices of which nothing is copied, or compared, yet.", Affects = Affects.Process, Unit = "bytes", Min = 4_096, Max = 1_099_511_627_776)]
    public long RangeBytes { get; init; } = 512 * 1024 * 1024;

    [Field("Most _bulk requests under way at the same time; fewer are used when the target pushes back.", Affects = Affects.Process, Min = 1, Max = 256)]
    public int Connections { get; init; } = 4;

    [Field("Most bytes of one _bulk body as it is sent.", Affects = Affects.Process, Unit = "bytes", Min = 65_536, Max = 104_857_600)]
    public int BodyBytesMax { get; init; } = 10 * 1024 * 1024;

    [Field("Most documents of one _bulk body.", Affects = Affects.Process, Min = 1, Max = 100_000)]
    public int OperationCountMax { get; init; } = 1_000;

    [Field("What to do about a document that the target has already.", Affects = Affects.Result)]
    public ConflictChoice Conflict { get; init; } = ConflictChoice.KeepExisting;

    [Field("What lets the step be complete: manual, auto, none, or a predicate over its numbers.")]
    [Gate("rejected == 0", "accepted", "written", "rejected", "noop", "filtered", "overwritten", "existing", "differing")]
    public string Approve { get; init; } = "auto";
}

/// <summary>How thoroughly the target is compared.</summary>
public enum ValidateMode
{
    /// <summary>Every document, by id and content.</summary>
    Full,

    /// <summary>The number of documents of each index.</summary>
    Counts,
}

/// <summary>How the target is compared with the snapshot.</summary>
public sealed record ValidateConfig
{
    [Field("Leave the step out.")]
    public bool Skip { get; init; }

    /// <summary>What <c>auto</c> stands for where documents are only counted: nothing is known then of what is missing or differs.</summary>
    public const string AutoOfCounts = "fewer == 0 && more == 0 && objectsDiffering == 0";

    [Field("full: every document by id and content; counts: only how many.", Affects = Affects.Result)]
    public ValidateMode Mode { get; init; } = ValidateMode.Full;

    [Field("Requests under way at the same time.", Affects = Affects.Process, Min = 1, Max = 64)]
    public int Connections { get; init; } = 4;

    [Field("Searches whose counts are compared with the source's, at most, where a source is configured and nothing was written to it since the snapshot was taken; 0 for none.", Affects = Affects.Result, Min = 0, Max = 100_000)]
    public int Searches { get; init; } = 200;

    [Field("What lets the step be complete: manual, auto, none, or a predicate over its numbers. With mode: counts there are only checked, fewer, more and objectsDiffering, and auto is fewer == 0 && more == 0 && objectsDiffering == 0.")]
    [Gate("missing == 0 && differing == 0 && extra == 0 && notCompared == 0 && objectsDiffering == 0 && searchesDiffering == 0", "checked", "missing", "differing", "extra", "notCompared", "moved", "objectsDiffering", "searches", "searchesDiffering", "fewer", "more")]
    public string Approve { get; init; } = "auto";
}
