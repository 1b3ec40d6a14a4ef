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

    private static Destruction Of(CreatedObject created, TargetState state, string target)
    {
        var (name, item) = (created.Name.Name, created.TakenBackWith);
        switch (created.Name.Kind)
        {
            case ObjectKind.Index:
                // Who wrote the documents is not known here; the step that copies them knows of its own.
                var summary = state.Summary(name)!;
                return new(DestructionKind.DeleteIndex, target, name, null, summary.StoreBytes, null) { Item = item };
            case ObjectKind.Alias:
                return new(DestructionKind.DeleteAlias, target, $"{name} of {created.Name.Index}", null, null, 0) { Item = item };
            default:
                return new(DestructionKind.DeleteTemplate, target, name, null, null, 0) { Item = item };
        }
    }
}
