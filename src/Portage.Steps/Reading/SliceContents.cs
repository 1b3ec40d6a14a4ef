using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Clusters;
using Portage.Model.Diagnostics;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Remote;
using Portage.Steps.Documents;

namespace Portage.Steps.Reading;

/// <summary>Which indices a slice has, and what they are called on the target.</summary>
public static class SliceContents
{
    /// <summary>The patterns of a slice: what it includes, and what it leaves out.</summary>
    public static (ImmutableArray<string> Include, ImmutableArray<string> Exclude) Patterns(SliceConfig slice) =>
        slice.Indices is { } selection ? (selection.Include, selection.Exclude) : (["*"], [".*"]);

    /// <summary>The names that a slice selects, in order.</summary>
    public static ImmutableArray<string> Select(SliceConfig slice, IEnumerable<string> names)
    {
        var (include, exclude) = Patterns(slice);
        return Select(include, exclude, names);
    }

    /// <summary>The names that are included and not excluded, in order.</summary>
    public static ImmutableArray<string> Select(ImmutableArray<string> include, ImmutableArray<string> exclude, IEnumerable<string> names)
    {
        var included = include.Select(text => new IndexPattern(text)).ToArray();
        var excluded = exclude.Select(text => new IndexPattern(text)).ToArray();
        return
        [
            .. names
                .Where(name => included.Any(pattern => pattern.Matches(name)) && !excluded.Any(pattern => pattern.Matches(name)))
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The snapshot's name under <c>snapshots</c> that a slice reads: the one it names, or the only one.</summary>
    public static string? SnapshotOf(SourceMigrationConfig migration, SliceConfig slice) =>
        slice.Snapshot ?? (migration.Snapshots.Count == 1 ? migration.Snapshots.Keys.First() : null);

    /// <summary>The targets of a slice: those it names, or all.</summary>
    public static IEnumerable<string> TargetsOf(MigrationConfig config, SliceConfig slice) =>
        slice.Targets.IsDefaultOrEmpty ? config.Targets.Keys : slice.Targets.Where(config.Targets.ContainsKey);

    /// <summary>The selected indices of a snapshot, opened.</summary>
    /// <param name="path">Where the slice is configured.</param>
    /// <exception cref="StepException">None is selected, two would become one, or types are mixed and nothing was chosen.</exception>
    public static async Task<ImmutableArray<SelectedIndex>> OpenAsync(SliceConfig slice, RepositorySnapshot snapshot, string path, CancellationToken cancellationToken)
    {
        var names = Select(slice, snapshot.IndexNames);
        await RefuseStreamsAsync(slice, snapshot, path, cancellationToken);
        if (names.IsEmpty)
        {
            throw new StepException(
                DiagnosticCatalog.SliceIsEmpty.Error($"{path}.indices", $"None of the {snapshot.IndexNames.Count} indices of snapshot '{snapshot.Name}' is selected ({string.Join(", ", snapshot.IndexNames.Take(5))}{(snapshot.IndexNames.Count > 5 ? ", …" : "")})."),
                isTransient: false,
                null);
        }

        var transforms = SliceTransforms.Of(slice, path);
        var selected = ImmutableArray.CreateBuilder<SelectedIndex>(names.Length);
        await foreach (var index in ParallelReads.InOrderAsync(names, snapshot.ReadsAtOnce, (name, token) => SnapshotAccess.TryAsync(path, async () => await snapshot.OpenIndexAsync(name, token)), cancellationToken))
        {
            selected.Add(new(index, slice.Types) { Transforms = transforms });
        }

        RefuseMissingShards(selected, snapshot.Name, path);
        var undecided = selected.Where(index => index.IsUndecided).ToArray();
        if (undecided.Length > 0)
        {
            throw new StepException(
                DiagnosticCatalog.SeveralTypes.Error($"{path}.types", $"{string.Join(", ", undecided.Select(index => $"{index.Name} ({string.Join(", ", index.Types)})"))}: the target has no types. Choose prefixIds (one index, ids as type#id) or indexPerType (one index a type).") with { Command = $"workflow configure update {path}.types prefixIds" },
                isTransient: false,
                null);
        }

        RefuseCollisions(selected.SelectMany(index => index.TargetNames.Select(target => (index.Name, target))), path);
        return selected.DrainToImmutable();
    }

    /// <summary>A name that is included and is no index may be that of a data stream, which would be left out without a word.</summary>
    private static async Task RefuseStreamsAsync(SliceConfig slice, RepositorySnapshot snapshot, string path, CancellationToken cancellationToken)
    {
        var include = Patterns(slice).Include;
        var idle = include.Where(text => new IndexPattern(text) is var pattern && !snapshot.IndexNames.Any(pattern.Matches)).ToArray();
        if (idle.Length == 0)
        {
            return;
        }

        var global = await SnapshotAccess.TryAsync(path, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var backing = BackingIndices.Find(snapshot, global);
        if (backing.Streams.FirstOrDefault(stream => idle.Any(text => new IndexPattern(text).Matches(stream))) is { } found)
        {
            var (indices, streams) = (backing.Of(found).ToArray(), backing.Streams.Where(stream => idle.Any(text => new IndexPattern(text).Matches(stream))));
            throw new StepException(
                DiagnosticCatalog.StreamSelected.Error(
                    $"{path}.indices.include",
                    $"'{found}' is a data stream of {(indices.Length == 1 ? "1 index" : $"{indices.Length:N0} indices")} ({string.Join(", ", indices.Take(5))}{(indices.Length > 5 ? ", …" : "")}), and data streams are not moved as such yet. "
                    + $"{(indices.Length == 1 ? "Its index" : "Its indices")} can be moved as plain ones: the target gets their documents, and no data stream.") with
                { Command = SliceCommands.Include(path, slice, [.. include.Except(idle), .. streams.Select(stream => $".ds-{stream}-*")], streams.SelectMany(backing.Of)) },
                isTransient: false,
                null);
        }
    }

    /// <summary>Two indices must not become one.</summary>
    /// <exception cref="StepException">Two would.</exception>
    internal static void RefuseCollisions(IEnumerable<(string Name, string Target)> indices, string path)
    {
        if (indices.GroupBy(pair => pair.Target, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } collision)
        {
            throw new StepException(
                DiagnosticCatalog.TargetNamesCollide.Error($"{path}.types", $"{string.Join(" and ", collision.Select(pair => pair.Name))} would both become '{collision.Key}'."),
                isTransient: false,
                null);
        }
    }

    /// <summary>A partial snapshot is good for every index that it has whole; only what the slice wants must be there.</summary>
    private static void RefuseMissingShards(IReadOnlyCollection<SelectedIndex> selected, string snapshot, string path)
    {
        var missing = selected.SelectMany(index => index.Index.MissingShards).ToArray();
        if (missing.Length > 0)
        {
            throw new StepException(
                DiagnosticCatalog.SnapshotIsPartial.Error(
                    $"{path}.indices",
                    $"Snapshot '{snapshot}' is partial and lacks {string.Join(", ", missing.Take(5).Select(failure => $"shard {failure.Shard} of {failure.Index} ({failure.Reason})"))}{(missing.Length > 5 ? $" and {missing.Length - 5} more" : "")}. Exclude the {(missing.Length == 1 ? "index" : "indices")}, or take another snapshot.") with
                { Command = $"workflow configure update {path}.indices.exclude '[{string.Join(", ", missing.Select(failure => failure.Index).Distinct())}]'" },
                isTransient: false,
                null);
        }
    }
}

/// <summary>An index of a slice, and what becomes of its types.</summary>
/// <param name="Index">As the snapshot has it.</param>
/// <param name="Choice">What the slice says of several types.</param>
public sealed record SelectedIndex(IndexSnapshot Index, TypesChoice Choice)
{
    /// <summary>The name at the source.</summary>
    public string Name => Index.Name;

    /// <summary>What is done to its documents on their way.</summary>
    public SliceTransforms Transforms { get; init; } = SliceTransforms.None;

    /// <summary>The types that people gave; a single one, or none, is no question.</summary>
    public ImmutableArray<string> Types { get; } = [.. Index.Mappings.Select(mapping => mapping.Type).Where(type => type != "_default_")];

    /// <summary>True when there are several types.</summary>
    public bool HasSeveralTypes => Types.Length > 1;

    internal bool IsUndecided => HasSeveralTypes && Choice == TypesChoice.Refuse;

    /// <summary>The indices on the target.</summary>
    public IEnumerable<string> TargetNames => HasSeveralTypes && Choice == TypesChoice.IndexPerType ? Types.Select(TargetOf) : [Name];

    /// <summary>The index on the target of a document of this type.</summary>
    public string TargetOf(string? type) => HasSeveralTypes && Choice == TypesChoice.IndexPerType && type is not null ? $"{Name}-{type.ToLowerInvariant()}" : Name;

    /// <summary>The id on the target of a document of this type.</summary>
    public string IdOf(string? type, string id) => HasSeveralTypes && Choice == TypesChoice.PrefixIds && type is not null ? $"{type}#{id}" : id;
}
