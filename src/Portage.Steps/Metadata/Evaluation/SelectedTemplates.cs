using System.Collections.Immutable;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Snapshots.Repositories;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What a slice selects of a snapshot besides documents, found out without opening an index where that is not needed.</summary>
/// <param name="Source">Its templates.</param>
/// <param name="Indices">What its indices are called at the source and on the target.</param>
internal sealed record SelectedTemplates(SourceObjects Source, IReadOnlyCollection<string> Indices)
{
    /// <summary>The names of the templates.</summary>
    public IEnumerable<ObjectName> Names =>
    [
        .. Source.Legacy.Select(template => new ObjectName(ObjectKind.LegacyTemplate, template.Name)),
        .. Source.Components.Select(template => new ObjectName(ObjectKind.ComponentTemplate, template.Name)),
        .. Source.Templates.Select(template => new ObjectName(ObjectKind.IndexTemplate, template.Name)),
    ];

    /// <exception cref="StepException">The snapshot cannot be read.</exception>
    public static async Task<SelectedTemplates> ReadAsync(SliceOnTarget on, RepositorySnapshot snapshot, CancellationToken cancellationToken)
    {
        var global = await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.ReadGlobalMetadataAsync(cancellationToken));
        var names = new HashSet<string>(SliceContents.Select(on.Slice, snapshot.IndexNames), StringComparer.Ordinal);
        foreach (var name in on.Slice.Types == TypesChoice.IndexPerType ? names.ToArray() : [])
        {
            names.UnionWith(new SelectedIndex(await SnapshotAccess.TryAsync(on.SnapshotPath, async () => await snapshot.OpenIndexAsync(name, cancellationToken)), on.Slice.Types).TargetNames);
        }

        return new(SourceObjects.Select(on.Slice.Metadata.Templates, global, names, []), names);
    }
}
