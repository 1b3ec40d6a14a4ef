using System.Collections.Immutable;
using Portage.Clusters.Snapshots;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Snapshots.Repositories;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;

namespace Portage.Steps.Snapshot;

/// <summary>Takes a snapshot through the source's API, or verifies one that exists, and says what is in it.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class SnapshotStep(HttpMessageHandler? transport = null) : IStep, IEstimated, IDestroying
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new SnapshotInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken)
    {
        var (config, path) = ConfigOf(context);
        if (config.Existing is { } name)
        {
            var snapshot = await OpenAsync(context, config, path, name, cancellationToken);
            var look = await SnapshotLook.OfAsync(snapshot, snapshot.IndexNames, cancellationToken);
            var left = InNoSlice(context, snapshot);
            return new($"{look.Size}{(left.Length == 0 ? "" : $"; {left.Length:N0} of them in no slice")}{look.Problems}", look.Size.Documents, look.Size.Bytes) { Notes = await LeftAsync(snapshot, path, left, cancellationToken) };
        }

        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        var indices = await ClusterAccess.TryAsync($"migrations.{context.Address.Source}.source", () => new Clusters.Metadata.ClusterMetadata(client).ListIndicesAsync(cancellationToken));
        var (include, exclude) = TakenPatterns(config);
        var names = SliceContents.Select(include, exclude, indices.Select(index => index.Name)).ToHashSet(StringComparer.Ordinal);
        var taken = indices.Where(index => names.Contains(index.Name)).ToArray();
        var total = SnapshotSizes.Empty with
        {
            Indices = taken.Length,
            Documents = taken.Sum(index => index.DocumentCount ?? 0),
            Bytes = taken.Sum(index => index.StoreBytes ?? 0),
        };
        return new(total.ToString(), total.Documents, total.Bytes) { IsOfCluster = true };
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var (config, path) = ConfigOf(context);
        var (name, isTaken) = config.Existing is { } existing ? (existing, true) : await TakeAsync(context, config, path, cancellationToken);
        if (!isTaken)
        {
            return new StepResult.LooksAgain(PollInterval);
        }

        var snapshot = await OpenAsync(context, config, path, name, cancellationToken);
        Refuse(snapshot, path);
        return await DescribeAsync(context, config, path, snapshot, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        // What was brought is not ours to delete.
        var (config, path) = ConfigOf(context);
        var taken = await TakenAsync(context, config, context.Files, TakenName(context), cancellationToken);
        if (taken.Snapshots.IsEmpty)
        {
            return new RevertResult.Done();
        }

        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "shards") };
        var snapshots = new ClusterSnapshots(client);
        return await ClusterAccess.TryAsync(path, async () =>
        {
            var there = await FindAllAsync(snapshots, context, taken, cancellationToken);
            ImmutableArray<Destruction> gone = [.. there.Select(one => Deleted(context, one.Name))];
            if (context.IsBeyondApproval(gone))
            {
                return (RevertResult)new RevertResult.Changed(gone);
            }

            foreach (var (repository, name) in there)
            {
                context.AssertLease();
                await snapshots.DeleteAsync(repository, name, cancellationToken);
            }

            // An earlier build's may be another session's as well: that one stays.
            await snapshots.UnregisterRepositoryAsync(RepositoryName(context), cancellationToken);
            await TakenSnapshots.ForgetAsync(context.Files, cancellationToken);
            return new RevertResult.Done();
        });
    }

    /// <inheritdoc/>
    public async ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken)
    {
        var (config, path) = ConfigOf(context);
        var taken = await TakenAsync(context, config, context.Files, TakenName(context, context.Identity), cancellationToken);
        if (taken.Snapshots.IsEmpty || context.Items is { IsDefault: false, IsEmpty: true })
        {
            return [];
        }

        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        var there = await ClusterAccess.TryAsync(path, () => FindAllAsync(new(client), context, taken, cancellationToken));
        return [.. there.Select(one => Deleted(context, one.Name))];
    }

    /// <param name="name">What the first is called.</param>
    private static Task<TakenSnapshots> TakenAsync(StepContext context, SnapshotConfig config, IStepFiles files, string name, CancellationToken cancellationToken) =>
        TakenSnapshots.ReadAsync(files, config.Take is null && Recorded(context) is not { IsOurs: true } ? null : name, cancellationToken);

    /// <summary>What the step left to others before.</summary>
    private static SnapshotOutputs? Recorded(StepContext context) => context.Outputs.ContainsKey(context.Address) ? SnapshotOutputs.Of(context.Outputs, context.Address) : null;

    /// <summary>Those that are there, each with its repository.</summary>
    private static async Task<List<(string Repository, string Name)>> FindAllAsync(ClusterSnapshots snapshots, StepContext context, TakenSnapshots taken, CancellationToken cancellationToken)
    {
        var there = new List<(string, string)>();
        foreach (var name in taken.Snapshots.Select(one => one.Name))
        {
            if (await FindRepositoryAsync(snapshots, context, name, cancellationToken) is { } repository)
            {
                there.Add((repository, name));
            }
        }

        return there;
    }

    private static Destruction Deleted(StepContext context, string name) => new(DestructionKind.DeleteSnapshot, context.Address.Source, name, null, null, 0);

    /// <summary>What stays behind, so that nobody misses it too late: data streams and system indices above all, which have to be named.</summary>
    /// <remarks>An estimate is made anew for each plan. A report would go stale: slices are no input of a snapshot.</remarks>
    private static string[] InNoSlice(EstimateContext context, RepositorySnapshot snapshot)
    {
        var migration = context.Config.Migrations[context.Address.Source];
        var wanted = migration.Slices.Values
            .Where(slice => SliceContents.SnapshotOf(migration, slice) == context.Address.Part)
            .SelectMany(slice => SliceContents.Select(slice, snapshot.IndexNames))
            .ToHashSet(StringComparer.Ordinal);
        return wanted.Count == 0 ? [] : [.. snapshot.IndexNames.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal)];
    }

    private static async Task<ImmutableArray<string>> LeftAsync(RepositorySnapshot snapshot, string path, string[] left, CancellationToken cancellationToken)
    {
        if (left.Length == 0)
        {
            return [];
        }

        var global = await SnapshotAccess.TryAsync(path, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        return [.. (await LeftBehind.DescribeAsync(snapshot, BackingIndices.Find(snapshot, global), left, isQuick: true, cancellationToken)).Select(one => $"left behind: {one.Text}")];
    }

    private static (SnapshotConfig Config, string Path) ConfigOf(StepContext context) => (
        context.Config.Migrations[context.Address.Source].Snapshots[context.Address.Part!],
        $"migrations.{context.Address.Source}.snapshots.{context.Address.Part}");

    /// <summary>Of this session alone: another session's is another's to replace and to forget. The digits tell apart names that look alike when put together.</summary>
    private static string RepositoryName(StepContext context) =>
        $"portage-{context.Session}-{context.Address.Source}-{context.Address.Part}-{Fingerprint.Of($"{context.Session}\n{context.Address.Source}\n{context.Address.Part}").Short}".ToLowerInvariant();

    /// <summary>What an earlier build registered, for all sessions together.</summary>
    private static string EarlierRepositoryName(StepContext context) => $"portage-{context.Address.Source}-{context.Address.Part}".ToLowerInvariant();

    /// <summary>The repository that has our snapshot: where an earlier build began it, it goes on there.</summary>
    private static async Task<string?> FindRepositoryAsync(ClusterSnapshots snapshots, StepContext context, string taken, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])[RepositoryName(context), EarlierRepositoryName(context)])
        {
            if (await snapshots.GetRepositoryAsync(name, cancellationToken) is not null && await snapshots.GetAsync(name, taken, cancellationToken) is not null)
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>The first that is taken; the same for as long as the work is the same, so that an attempt after a crash finds what the one before began.</summary>
    internal static string TakenName(WorkContext context) => TakenName(context, context.Inputs.Fingerprints.Identity);

    private static string TakenName(StepContext context, Fingerprint identity) => $"portage-{context.Session}-{context.Address.Part}-{identity.Short}".ToLowerInvariant();

    private static (ImmutableArray<string> Include, ImmutableArray<string> Exclude) TakenPatterns(SnapshotConfig config) =>
        config.Take?.Indices is { } selection ? (selection.Include, selection.Exclude) : (["*"], []);

    private static async Task<RepositorySnapshot> OpenAsync(StepContext context, SnapshotConfig config, string path, string name, CancellationToken cancellationToken)
    {
        var repository = await SnapshotAccess.OpenRepositoryAsync(config, path, context.Secrets, cancellationToken);
        return await SnapshotAccess.TryAsync($"{path}.existing", async () => await repository.OpenSnapshotAsync(name, cancellationToken));
    }

    /// <summary>Begins the snapshot where nobody has, and looks how far it is.</summary>
    private async Task<(string Name, bool IsTaken)> TakeAsync(RunContext context, SnapshotConfig config, string path, CancellationToken cancellationToken)
    {
        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        context = context with { Progress = SilenceTold.By(client, context.Progress, "shards") };
        var snapshots = new ClusterSnapshots(client);
        var recorded = Recorded(context);
        var earlier = await TakenSnapshots.ReadAsync(context.Files, recorded is { IsOurs: true } ? recorded.Name : null, cancellationToken);
        var indices = await ClusterAccess.TryAsync(path, () => new Clusters.Metadata.ClusterMetadata(client).ListIndicesAsync(cancellationToken));
        var (include, exclude) = TakenPatterns(config);
        var taken = SliceContents.Select(include, exclude, indices.Select(index => index.Name));
        if (taken.IsEmpty)
        {
            throw new StepException(DiagnosticCatalog.SliceIsEmpty.Error($"{path}.take.indices", $"None of the {indices.Count} indices of the source is selected."), isTransient: false, null);
        }

        var name = await earlier.CurrentAsync(context.Files, TakenName(context), context.Inputs.Fingerprints.Result, recorded, cancellationToken);
        var isTaken = await ClusterAccess.TryAsync(path, async () =>
        {
            if (await FindRepositoryAsync(snapshots, context, name, cancellationToken) is not { } repository)
            {
                repository = RepositoryName(context);
                await RegisterAsync(snapshots, repository, config.Repository!, cancellationToken);
            }

            if (await snapshots.GetAsync(repository, name, cancellationToken) is null)
            {
                await snapshots.CreateAsync(repository, name, taken, config.Take!.IncludeGlobalState, ignoreUnavailable: false, cancellationToken);
            }

            if (await snapshots.GetProgressAsync(repository, name, cancellationToken) is not { State: Clusters.Snapshots.SnapshotState.InProgress } progress)
            {
                return true;
            }

            context.Progress(SnapshotProgress.Taking(progress.ShardsDone, progress.ShardsTotal, progress.BytesDone, progress.BytesTotal));
            return false;
        });
        return (name, isTaken);
    }

    private static Task RegisterAsync(ClusterSnapshots snapshots, string name, RepositoryConfig repository, CancellationToken cancellationToken)
    {
        return repository switch
        {
            { S3: { } s3 } => snapshots.RegisterS3RepositoryAsync(name, new(s3.Bucket!, s3.SourceClient) { BasePath = PathOf(s3.Prefix), Region = s3.Region, Endpoint = s3.Endpoint, PathStyle = s3.PathStyle }, cancellationToken),
            { Azure: { } azure } => snapshots.RegisterAzureRepositoryAsync(name, azure.Container!, azure.SourceClient, PathOf(azure.Prefix), cancellationToken),
            { Gcs: { } gcs } => snapshots.RegisterGcsRepositoryAsync(name, gcs.Bucket!, gcs.SourceClient, PathOf(gcs.Prefix), cancellationToken),
            _ => snapshots.RegisterFileRepositoryAsync(name, repository.File!.SourcePath ?? repository.File.Path!, readOnly: false, cancellationToken),
        };

        static string? PathOf(string? prefix) => prefix?.Trim('/') is { Length: > 0 } path ? path : null;
    }

    private static void Refuse(RepositorySnapshot snapshot, string path)
    {
        var why = snapshot.State switch
        {
            Snapshots.Repositories.SnapshotState.Failed => "it failed: nothing useful was saved",
            Snapshots.Repositories.SnapshotState.InProgress => "it is still being taken; start again when it is done",
            Snapshots.Repositories.SnapshotState.Incompatible => "it was taken by a version that the repository's last writer could not read",
            _ => null,
        };
        if (why is not null)
        {
            throw new StepException(
                DiagnosticCatalog.SnapshotUnusable.Error(path, $"Snapshot '{snapshot.Name}' cannot be used: {why}."),
                isTransient: snapshot.State == Snapshots.Repositories.SnapshotState.InProgress,
                null);
        }
    }

    private static async Task<StepResult> DescribeAsync(RunContext context, SnapshotConfig config, string path, RepositorySnapshot snapshot, CancellationToken cancellationToken)
    {
        var parts = ImmutableArray.CreateBuilder<OutputPart>();
        var size = SnapshotSizes.Empty;
        var done = 0;
        var global = await SnapshotAccess.TryAsync(path, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var templates = string.Join('\n', global.LegacyTemplates.Values.Select(template => $"legacy {template.Name} {template.Json.GetRawText()}")
            .Concat(global.ComponentTemplates.Values.Select(template => $"component {template.Name} {template.Json.GetRawText()}"))
            .Concat(global.IndexTemplates.Values.Select(template => $"index {template.Name} {template.Json.GetRawText()}"))
            .Order(StringComparer.Ordinal));
        parts.Add(new(SnapshotOutputs.Templates, SnapshotOutputs.AllTemplates, Fingerprint.Of(templates)));
        var unreadable = new List<IndexLook>();
        context.Progress(SnapshotProgress.Verifying(0, snapshot.IndexNames.Count));
        await foreach (var look in IndexLook.AllAsync(snapshot, snapshot.IndexNames, isWhole: true, cancellationToken))
        {
            context.Progress(SnapshotProgress.Verifying(++done, snapshot.IndexNames.Count));
            parts.Add(new(SnapshotOutputs.Definitions, look.Name, DefinitionOf(look)));
            parts.Add(new(SnapshotOutputs.Documents, look.Name, DocumentsOf(look)));
            size += look.Size;
            if (!look.IsReadable)
            {
                unreadable.Add(look);
            }
        }

        var earlier = (await TakenAsync(context, config, context.Files, snapshot.Name, cancellationToken)).Snapshots.Select(one => one.Name).Where(name => name != snapshot.Name).ToArray();
        var failed = snapshot.Failures.Select(failure => failure.Index).Distinct(StringComparer.Ordinal).ToArray();
        var report = new StepReport(
            ImmutableSortedDictionary<string, long>.Empty
                .Add("indices", size.Indices)
                .Add("documents", size.Documents)
                .Add("bytes", size.Bytes)
                .Add("missingShards", snapshot.Failures.Count)
                .Add("unreadable", unreadable.Count),
            [
                $"{snapshot.Name}: {size}, {snapshot.Version}",
                .. unreadable.Select(look => $"cannot be read, so no slice can have it: {look.Line}"),
                .. failed.Select(name => $"partial: shards of {name} are missing; no slice can have it"),
                .. earlier.Length == 0 ? [] : (string[])[$"taken before, and kept until this step is collected, because it tells which documents were copied from it: {string.Join(", ", earlier)}"],
            ]);
        return new StepResult.Done(report, new SnapshotOutputs(snapshot.Name, snapshot.Uuid, snapshot.Version.ToString(), config.Take is not null) { Unreadable = [.. unreadable.Select(look => look.Name)] }.With(parts.DrainToImmutable()));
    }

    private static Fingerprint DefinitionOf(IndexLook look) => look.Index is not { } index ? Fingerprint.Of("unreadable") : SnapshotDigests.OfDefinition(
        index.Settings.Json,
        index.Mappings.Select(mapping => (mapping.Type, mapping.Body)),
        index.Aliases.Select(alias => (alias.Key, alias.Value)));

    /// <summary>A shard whose list cannot be read counts as one that is missing.</summary>
    private static Fingerprint DocumentsOf(IndexLook look) => SnapshotDigests.OfDocuments([.. Enumerable.Range(0, look.Index?.NumberOfShards ?? 0).Select(number =>
        look.Shards.TryGetValue(number, out var shard) ? (IReadOnlyCollection<(string, long, uint?)>?)[.. shard.Files.Values.Select(file => (file.Name, file.Length, file.Checksum))] : null)]);
}
