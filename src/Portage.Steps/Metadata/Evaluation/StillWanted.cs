using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What a slice wants, by name, for a look at what of ours it wants no more: read from the snapshot, with no word to the target.</summary>
internal sealed class StillWanted(LookContext context, SliceOnTarget on)
{
    /// <summary>What is wanted; default where nothing of ours can be unwanted, or nobody knows yet because the snapshot is not there.</summary>
    /// <exception cref="StepException">The snapshot cannot be read.</exception>
    public async Task<ImmutableArray<MetadataObject>> FindAsync(CreationJournal journal, CancellationToken cancellationToken)
    {
        var made = journal.Created.Where(UnwantedObjects.CanBe).ToArray();
        var inDoubt = made.Where(created => created.Name.Kind != ObjectKind.Alias || IsChanged(created)).ToArray();
        if (inDoubt.Length == 0 || !context.Outputs.ContainsKey(on.SnapshotStep))
        {
            return default;
        }

        var snapshot = await SliceReading.OpenVerifiedAsync(on, context, cancellationToken);
        var selected = await SelectedTemplates.ReadAsync(on, snapshot, cancellationToken);
        var wanted = ImmutableArray.CreateBuilder<MetadataObject>();
        wanted.AddRange(selected.Names.Where(name => name.Kind != ObjectKind.IndexTemplate).Select(Named));

        // Of these alone it matters what they are made of.
        wanted.AddRange(selected.Source.Templates.Select(template => new MetadataObject(new(ObjectKind.IndexTemplate, template.Name), JsonObject.Create(template.Json) ?? [], [])));
        wanted.AddRange(selected.Indices.Select(index => Named(new(ObjectKind.Index, index))));

        // An index that came out as before has its aliases as before.
        wanted.AddRange(made.Where(created => created.Name.Kind == ObjectKind.Alias && !IsChanged(created)).Select(alias => Named(alias.Name)));
        var opened = inDoubt.Where(created => created.Name.Kind == ObjectKind.Alias).Select(alias => alias.TakenBackWith!).Where(selected.Indices.Contains).ToHashSet(StringComparer.Ordinal);
        if (opened.Count > 0)
        {
            wanted.AddRange((await SliceReading.OpenOnlyAsync(on, context, opened, cancellationToken)).SelectMany(Translation.Aliases));
        }

        var names = wanted.Select(one => one.Name).ToHashSet();
        return inDoubt.All(created => names.Contains(created.Name)) ? default : wanted.DrainToImmutable();
    }

    private bool IsChanged(CreatedObject alias) => context.Changed.IsDefault || context.Changed.Contains(alias.TakenBackWith!, StringComparer.Ordinal);

    private static MetadataObject Named(ObjectName name) => new(name, [], []);
}
