using System.Collections.Immutable;
using System.Text;
using Portage.Clusters.Snapshots;
using Portage.Configuration;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;

namespace Portage.Steps.Snapshot;

/// <summary>Takes a snapshot through the source's API, or verifies one that exists, and says what is in it.</summary>
/// <param name="transport">How requests travel; null for the network.</param>
public sealed class SnapshotStep(HttpMessageHandler? transport = null) : IStep, IEstimated
{
    private const int NamesMax = 10;

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IStepDefinition Definition { get; } = new SnapshotInputs();

    /// <inheritdoc/>
    public async ValueTask<StepEstimate?> EstimateAsync(EstimateContext context, CancellationToken cancellationToken)
    {
        var (config, path) = ConfigOf(context);
        if (config.Existing is { } name)
        {
            var snapshot = await OpenAsync(config, path, name, cancellationToken);
            var size = await SnapshotSizes.OfAsync(snapshot, snapshot.IndexNames, cancellationToken);
            return new(size.ToString(), size.Documents, size.Bytes);
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
        return new(total.ToString(), total.Documents, total.Bytes);
    }

    /// <inheritdoc/>
    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        var (config, path) = ConfigOf(context);
        var name = config.Existing ?? await TakeAsync(context, config, path, cancellationToken);
        var snapshot = await OpenAsync(config, path, name, cancellationToken);
        Refuse(snapshot, path);
        RefuseMissingShards(context, snapshot);
        return await DescribeAsync(context, config, path, snapshot, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        // What was brought is not ours to delete.
        var (config, path) = ConfigOf(context);
        if (config.Take is null)
        {
            return new RevertResult.Done();
        }

        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        var snapshots = new ClusterSnapshots(client);
        await ClusterAccess.TryAsync(path, async () =>
        {
            if (await snapshots.GetRepositoryAsync(RepositoryName(context), cancellationToken) is not null)
            {
                await snapshots.DeleteAsync(RepositoryName(context), TakenName(context), cancellationToken);
                await snapshots.UnregisterRepositoryAsync(RepositoryName(context), cancellationToken);
            }
        });
        return new RevertResult.Done();
    }

    private static (SnapshotConfig Config, string Path) ConfigOf(StepContext context) => (
        context.Config.Migrations[context.Address.Source].Snapshots[context.Address.Part!],
        $"migrations.{context.Address.Source}.snapshots.{context.Address.Part}");

    private static string RepositoryName(StepContext context) => $"portage-{context.Address.Source}-{context.Address.Part}".ToLowerInvariant();

    /// <summary>The same for as long as the work is the same, so that an attempt after a crash finds what the one before began.</summary>
    internal static string TakenName(WorkContext context) =>
        $"portage-{context.Session}-{context.Address.Part}-{context.Inputs.Fingerprints.Identity.Short}".ToLowerInvariant();

    private static (ImmutableArray<string> Include, ImmutableArray<string> Exclude) TakenPatterns(SnapshotConfig config) =>
        config.Take?.Indices is { } selection ? (selection.Include, selection.Exclude) : (["*"], []);

    private static async Task<RepositorySnapshot> OpenAsync(SnapshotConfig config, string path, string name, CancellationToken cancellationToken)
    {
        var repository = await SnapshotAccess.OpenRepositoryAsync(config, path, cancellationToken);
        return await SnapshotAccess.TryAsync($"{path}.existing", async () => await repository.OpenSnapshotAsync(name, cancellationToken));
    }

    private async Task<string> TakeAsync(RunContext context, SnapshotConfig config, string path, CancellationToken cancellationToken)
    {
        using var client = await ClusterAccess.SourceAsync(context.Config, context.Address.Source, context.Secrets, context.Time, transport, cancellationToken);
        var snapshots = new ClusterSnapshots(client);
        var (repository, name) = (RepositoryName(context), TakenName(context));
        var location = config.Repository!.File!.SourcePath ?? config.Repository.File.Path!;
        var indices = await ClusterAccess.TryAsync(path, () => new Clusters.Metadata.ClusterMetadata(client).ListIndicesAsync(cancellationToken));
        var (include, exclude) = TakenPatterns(config);
        var taken = SliceContents.Select(include, exclude, indices.Select(index => index.Name));
        if (taken.IsEmpty)
        {
            throw new StepException(DiagnosticCatalog.SliceIsEmpty.Error($"{path}.take.indices", $"None of the {indices.Count} indices of the source is selected."), isTransient: false, null);
        }

        await ClusterAccess.TryAsync(path, async () =>
        {
            await snapshots.RegisterFileRepositoryAsync(repository, location, readOnly: false, cancellationToken);
            if (await snapshots.GetAsync(repository, name, cancellationToken) is null)
            {
                await snapshots.CreateAsync(repository, name, taken, config.Take!.IncludeGlobalState, ignoreUnavailable: false, cancellationToken);
            }

            while (await snapshots.GetProgressAsync(repository, name, cancellationToken) is { State: Clusters.Snapshots.SnapshotState.InProgress } progress)
            {
                context.Progress(SnapshotProgress.Taking(progress.ShardsDone, progress.ShardsTotal, progress.BytesDone, progress.BytesTotal));
                await Task.Delay(PollInterval, context.Time, cancellationToken);
            }
        });
        return name;
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

    /// <summary>A partial snapshot is good for every index that it has whole; only what a slice wants must be there.</summary>
    private static void RefuseMissingShards(StepContext context, RepositorySnapshot snapshot)
    {
        var migration = context.Config.Migrations[context.Address.Source];
        foreach (var (name, slice) in migration.Slices.Where(slice => SliceContents.SnapshotOf(migration, slice.Value) == context.Address.Part))
        {
            var wanted = SliceContents.Select(slice, snapshot.IndexNames).ToHashSet(StringComparer.Ordinal);
            var missing = snapshot.Failures.Where(failure => wanted.Contains(failure.Index)).ToArray();
            if (missing.Length > 0)
            {
                var path = $"migrations.{context.Address.Source}.slices.{name}.indices";
                throw new StepException(
                    DiagnosticCatalog.SnapshotIsPartial.Error(
                        path,
                        $"Snapshot '{snapshot.Name}' is partial and lacks {string.Join(", ", missing.Take(5).Select(failure => $"shard {failure.Shard} of {failure.Index} ({failure.Reason})"))}{(missing.Length > 5 ? $" and {missing.Length - 5} more" : "")}. Exclude the {(missing.Length == 1 ? "index" : "indices")}, or take another snapshot.") with
                    { Command = $"workflow configure update {path}.exclude '[{string.Join(", ", missing.Select(failure => failure.Index).Distinct())}]'" },
                    isTransient: false,
                    null);
            }
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
        foreach (var name in snapshot.IndexNames)
        {
            context.Progress(SnapshotProgress.Verifying(done++, snapshot.IndexNames.Count));
            var index = await SnapshotAccess.TryAsync(path, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
            parts.Add(new(SnapshotOutputs.Definitions, name, Fingerprint.Of(DefinitionOf(index))));
            var (digest, indexSize) = await SnapshotAccess.TryAsync(path, () => DocumentsAsync(index, cancellationToken));
            parts.Add(new(SnapshotOutputs.Documents, name, digest));
            size += indexSize;
        }

        var failed = snapshot.Failures.Select(failure => failure.Index).Distinct(StringComparer.Ordinal).ToArray();
        var report = new StepReport(
            ImmutableSortedDictionary<string, long>.Empty
                .Add("indices", size.Indices)
                .Add("documents", size.Documents)
                .Add("bytes", size.Bytes)
                .Add("missingShards", snapshot.Failures.Count),
            [
                $"{snapshot.Name}: {size}, {snapshot.Version}",
                .. failed.Select(name => $"partial: shards of {name} are missing; no slice wants them"),
                .. InNoSlice(context, snapshot),
            ]);
        return new StepResult.Done(report, new SnapshotOutputs(snapshot.Name, snapshot.Uuid, snapshot.Version.ToString(), config.Take is not null).With(parts.DrainToImmutable()));
    }

    /// <summary>What stays behind, so that nobody misses it too late: data streams and system indices above all, which have to be named.</summary>
    private static IEnumerable<string> InNoSlice(StepContext context, RepositorySnapshot snapshot)
    {
        var migration = context.Config.Migrations[context.Address.Source];
        var wanted = migration.Slices.Values
            .Where(slice => SliceContents.SnapshotOf(migration, slice) == context.Address.Part)
            .SelectMany(slice => SliceContents.Select(slice, snapshot.IndexNames))
            .ToHashSet(StringComparer.Ordinal);
        var left = snapshot.IndexNames.Where(name => !wanted.Contains(name)).Order(StringComparer.Ordinal).ToArray();
        return left.Length == 0
            ? []
            : [$"in no slice, so left behind: {string.Join(", ", left.Take(NamesMax))}{(left.Length > NamesMax ? $" and {left.Length - NamesMax} more" : "")}"];
    }

    /// <summary>What metadata depends on: not the times and counters which a server writes beside it.</summary>
    private static string DefinitionOf(IndexSnapshot index)
    {
        var text = new StringBuilder();
        text.Append(index.Settings.Json.GetRawText()).Append('\n');
        foreach (var mapping in index.Mappings)
        {
            text.Append(mapping.Type).Append(' ').Append(mapping.Body.GetRawText()).Append('\n');
        }

        foreach (var (name, alias) in index.Aliases.OrderBy(alias => alias.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(' ').Append(alias.GetRawText()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The files of an index, by content: the same files in another snapshot are the same documents.</summary>
    private static async Task<(Fingerprint Digest, SnapshotSizes Size)> DocumentsAsync(IndexSnapshot index, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var size = SnapshotSizes.Empty with { Indices = 1, HasNested = index.HasNestedObjects };
        for (var number = 0; number < index.NumberOfShards; number++)
        {
            if (index.MissingShards.Any(failure => failure.Shard == number))
            {
                text.Append(number).Append(" missing\n");
                continue;
            }

            var shard = await index.OpenShardAsync(number, cancellationToken);
            foreach (var file in shard.Files.Values.OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                text.Append(number).Append(' ').Append(file.Name).Append(' ').Append(file.Length).Append(' ').Append(file.Checksum).Append('\n');
            }

            size += SnapshotSizes.Empty with { Documents = (await shard.CountAsync(cancellationToken)).LiveLuceneDocuments, Bytes = shard.TotalBytes };
        }

        return (Fingerprint.Of(text.ToString()), size);
    }
}
