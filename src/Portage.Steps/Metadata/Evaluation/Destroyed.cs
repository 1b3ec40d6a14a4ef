using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Validation;
using Portage.Planning;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Says what is destroyed when objects of ours are taken back.</summary>
internal static class Destroyed
{
    /// <summary>What goes; documents are not counted yet.</summary>
    /// <param name="own">Knows which objects are there, and whose go.</param>
    /// <param name="replaced">Objects that go besides.</param>
    /// <param name="because">Why an object cannot stay, of those where that is known.</param>
    public static ImmutableArray<Destruction> Of(
        CreationJournal journal, TargetState state, string target, OwnObjects own, IReadOnlySet<ObjectName> replaced, IReadOnlyDictionary<ObjectName, string> because)
    {
        var gone = journal.Created.Where(created => own.There(created.Name) is not null && (own.IsRedone(created) || replaced.Contains(created.Name))).ToArray();
        var indices = gone.Where(created => created.Name.Kind == ObjectKind.Index).Select(created => created.Name.Name).ToHashSet(StringComparer.Ordinal);
        return [.. gone.Where(created => created.Name.Index is not { } index || !indices.Contains(index)).Select(created => Of(created, state, target) with { Because = because.GetValueOrDefault(created.Name) })];
    }

    /// <summary>What goes because it is not wanted any more. It is the work of no item that is taken back.</summary>
    public static ImmutableArray<Destruction> Removed(IEnumerable<EvaluatedObject> objects, string target, string because) =>
    [
        .. from evaluated in objects
           where evaluated.Outcome is ObjectOutcome.Remove
           select Of(evaluated.Name, target) with { Because = because },
    ];

    /// <summary>With the documents as they are now: the overview of a cluster counts nested ones too, and those that were deleted a moment ago.</summary>
    public static async Task<ImmutableArray<Destruction>> CountAsync(ClusterClient client, ImmutableArray<Destruction> destructions, CancellationToken cancellationToken)
    {
        var (documents, counted) = (new ClusterDocuments(client), ImmutableArray.CreateBuilder<Destruction>(destructions.Length));
        foreach (var one in destructions)
        {
            if (one.Kind != DestructionKind.DeleteIndex)
            {
                counted.Add(one);
                continue;
            }

            await documents.RefreshAsync(one.Name, cancellationToken);
            var count = await documents.CountAsync(one.Name, cancellationToken);
            counted.Add(one with { Documents = count, Foreign = count == 0 ? 0 : null });
        }

        return counted.MoveToImmutable();
    }

    // Who wrote the documents of an index is not known here; the step that copies them knows of its own.
    private static Destruction Of(CreatedObject created, TargetState state, string target) => (created.Name.Kind == ObjectKind.Index
        ? new(DestructionKind.DeleteIndex, target, created.Name.Name, null, state.Summary(created.Name.Name)!.StoreBytes, null)
        : Of(created.Name, target)) with { Item = created.TakenBackWith };

    private static Destruction Of(ObjectName name, string target) => name.Kind == ObjectKind.Alias
        ? new(DestructionKind.DeleteAlias, target, $"{name.Name} of {name.Index}", null, null, 0)
        : new(DestructionKind.DeleteTemplate, target, name.Name, null, null, 0);
}
