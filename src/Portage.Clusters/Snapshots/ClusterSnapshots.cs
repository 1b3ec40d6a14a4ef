using Portage.Clusters.Failures;

namespace Portage.Clusters.Snapshots;

/// <summary>Snapshots that a cluster itself takes, and the repositories it takes them to.</summary>
/// <remarks>Every method throws a <see cref="ClusterException"/> when the cluster does not do as asked. All can be repeated safely.</remarks>
public sealed class ClusterSnapshots(ClusterClient client)
{
    /// <summary>Registers a repository of type <c>fs</c>, or replaces its settings; the cluster writes a test file to it from every node.</summary>
    /// <param name="location">A folder below one of the cluster's <c>path.repo</c>, as its nodes see it.</param>
    /// <param name="readOnly">True lets the cluster read snapshots of another and write none.</param>
    public Task RegisterFileRepositoryAsync(string repository, string location, bool readOnly, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of("_snapshot", repository), ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "fs");
            json.WriteStartObject("settings");
            json.WriteString("location", location);
            if (readOnly)
            {
                json.WriteBoolean("readonly", true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }), cancellationToken);

    /// <summary>Registers a repository of type <c>s3</c>, or replaces its settings; the cluster writes a test object to it from every node. Its nodes need the plugin repository-s3 and keys in their keystore.</summary>
    public Task RegisterS3RepositoryAsync(string repository, S3Registration s3, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of("_snapshot", repository), ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "s3");
            json.WriteStartObject("settings");
            json.WriteString("bucket", s3.Bucket);
            json.WriteString("client", s3.Client);
            Write("base_path", s3.BasePath);
            Write("region", s3.Region);
            Write("endpoint", s3.Endpoint);
            if (s3.PathStyle is { } pathStyle)
            {
                json.WriteBoolean("path_style_access", pathStyle);
            }

            json.WriteEndObject();
            json.WriteEndObject();

            void Write(string name, string? value)
            {
                if (value is not null)
                {
                    json.WriteString(name, value);
                }
            }
        }), cancellationToken);

    /// <summary>Registers a repository of type <c>azure</c>, or replaces its settings; the cluster writes a test blob to it from every node. Its nodes need the plugin repository-azure, where it is not built in, and a login in their keystore.</summary>
    /// <param name="azureClient">Which client of the cluster's keystore it logs in with.</param>
    /// <param name="basePath">What stands before the repository's blobs; null for nothing.</param>
    public Task RegisterAzureRepositoryAsync(string repository, string container, string azureClient, string? basePath, CancellationToken cancellationToken) =>
        RegisterAsync(repository, "azure", ("container", container), azureClient, basePath, cancellationToken);

    /// <summary>Registers a repository of type <c>gcs</c>, or replaces its settings; the cluster writes a test blob to it from every node. Its nodes need the plugin repository-gcs, where it is not built in, and a key in their keystore.</summary>
    /// <param name="gcsClient">Which client of the cluster's keystore it logs in with.</param>
    /// <param name="basePath">What stands before the repository's blobs; null for nothing.</param>
    public Task RegisterGcsRepositoryAsync(string repository, string bucket, string gcsClient, string? basePath, CancellationToken cancellationToken) =>
        RegisterAsync(repository, "gcs", ("bucket", bucket), gcsClient, basePath, cancellationToken);

    private Task<ReadOnlyMemory<byte>> RegisterAsync(string repository, string type, (string Setting, string Name) place, string loginClient, string? basePath, CancellationToken cancellationToken) =>
        client.RequestAsync(HttpMethod.Put, ClusterPath.Of("_snapshot", repository), ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteStartObject("settings");
            json.WriteString(place.Setting, place.Name);
            json.WriteString("client", loginClient);
            if (basePath is not null)
            {
                json.WriteString("base_path", basePath);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }), cancellationToken);

    /// <summary>A repository's <c>{"type","settings"}</c>; null when none is registered under the name.</summary>
    public async Task<NamedJson?> GetRepositoryAsync(string repository, CancellationToken cancellationToken)
    {
        var found = await client.ReadIfFoundAsync(ClusterPath.Of("_snapshot", repository), JsonSlices.Properties, cancellationToken);
        return found?.FirstOrDefault();
    }

    /// <summary>Forgets a repository, whose files stay; false when none was registered.</summary>
    public Task<bool> UnregisterRepositoryAsync(string repository, CancellationToken cancellationToken) =>
        client.DeleteIfFoundAsync(ClusterPath.Of("_snapshot", repository), cancellationToken);

    /// <summary>Begins a snapshot and does not wait for it; false when there is one of the name already, finished or not.</summary>
    /// <param name="indices">Names or patterns, with <c>-</c> for those to leave out; empty takes all.</param>
    /// <param name="includeGlobalState">True takes templates and persistent settings too.</param>
    /// <param name="ignoreUnavailable">True passes over named indices that do not exist.</param>
    public async Task<bool> CreateAsync(
        string repository, string snapshot, IReadOnlyList<string> indices, bool includeGlobalState, bool ignoreUnavailable, CancellationToken cancellationToken)
    {
        var body = ClusterAnswers.Body(json =>
        {
            json.WriteStartObject();
            if (indices.Count > 0)
            {
                json.WriteStartArray("indices");
                foreach (var index in indices)
                {
                    json.WriteStringValue(index);
                }

                json.WriteEndArray();
            }

            json.WriteBoolean("include_global_state", includeGlobalState);
            json.WriteBoolean("ignore_unavailable", ignoreUnavailable);
            json.WriteEndObject();
        });
        try
        {
            await client.RequestAsync(HttpMethod.Put, ClusterPath.Of("_snapshot", repository, snapshot) + "?wait_for_completion=false", body, cancellationToken);
            return true;
        }
        catch (ClusterRequestException e) when (e.ErrorType is "invalid_snapshot_name_exception" or "snapshot_name_already_in_use_exception")
        {
            // The first type also means a name that is not allowed; only a look can tell them apart. The second is Elasticsearch 8's.
            if (await GetAsync(repository, snapshot, cancellationToken) is not null)
            {
                return false;
            }

            throw;
        }
    }

    /// <summary>How far a snapshot is; null when there is none of the name. On a finished one, the cluster reads it from the repository, which is slow for large ones.</summary>
    public async Task<SnapshotProgress?> GetProgressAsync(string repository, string snapshot, CancellationToken cancellationToken)
    {
        var path = ClusterPath.Of("_snapshot", repository, snapshot, "_status");
        var progress = await client.ReadIfFoundAsync(path, body => SnapshotReplies.Progress(body)!, cancellationToken);
        if (progress is null or { State: SnapshotState.InProgress })
        {
            return progress;
        }

        // The status says SUCCESS as soon as the last shard is done, with half-counted bytes, while the snapshot is still
        // being written down (seen in 7.10 and 2.19); the snapshot itself knows when it is finished.
        return await GetAsync(repository, snapshot, cancellationToken) is { State: SnapshotState.InProgress }
            ? progress with { State = SnapshotState.InProgress }
            : await client.ReadIfFoundAsync(path, body => SnapshotReplies.Progress(body)!, cancellationToken);
    }

    /// <summary>One snapshot; null when there is none of the name.</summary>
    public async Task<SnapshotInfo?> GetAsync(string repository, string snapshot, CancellationToken cancellationToken)
    {
        var found = await client.ReadIfFoundAsync(ClusterPath.Of("_snapshot", repository, snapshot), SnapshotReplies.Infos, cancellationToken);
        return found?.Find(info => info.Name == snapshot);
    }

    /// <summary>All snapshots of a repository.</summary>
    public Task<List<SnapshotInfo>> ListAsync(string repository, CancellationToken cancellationToken) =>
        client.ReadAsync(HttpMethod.Get, ClusterPath.Of("_snapshot", repository, "_all"), null, SnapshotReplies.Infos, cancellationToken);

    /// <summary>Deletes a snapshot, or ends one that is being taken; false when there was none. Takes as long as removing its files does.</summary>
    public Task<bool> DeleteAsync(string repository, string snapshot, CancellationToken cancellationToken) =>
        client.DeleteIfFoundAsync(ClusterPath.Of("_snapshot", repository, snapshot), cancellationToken);
}
