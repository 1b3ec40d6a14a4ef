using System.Text.Json.Nodes;
using Portage.Clusters.Metadata;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Tells which objects of a target are ours.</summary>
internal sealed class OwnObjects
{
    private readonly CreationJournal _journal;
    private readonly TargetState _state;
    private readonly IReadOnlySet<string>? _redone;
    private readonly Func<ObjectName, bool> _isSpared;
    private readonly HashSet<string> _emptied;

    private OwnObjects(CreationJournal journal, TargetState state, IReadOnlySet<string>? redone, Func<ObjectName, bool> isSpared, HashSet<string> emptied) =>
        (_journal, _state, _redone, _isSpared, _emptied) = (journal, state, redone, isSpared, emptied);

    /// <summary>Looks which indices are still those that we made.</summary>
    /// <param name="redone">Items that are taken back first; null for everything.</param>
    /// <param name="isSpared">True for a template that stays even then, because another slice wants it.</param>
    public static async Task<OwnObjects> OfAsync(CreationJournal journal, TargetState state, IReadOnlySet<string>? redone, Func<ObjectName, bool> isSpared, CancellationToken cancellationToken)
    {
        var emptied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var created in journal.Created.Where(created => created is { Name.Kind: ObjectKind.Index, Uuid: not null, As: not null }))
        {
            // Taking documents back may make an index anew as it was; somebody else's is another one.
            if (state.Summary(created.Name.Name) is { } summary && summary.Uuid != created.Uuid
                && await state.IndexAsync(created.Name.Name, cancellationToken) is { } there
                && Differences.Lacking(ObjectKind.Index, there, TargetState.Parse(created.As!), TargetFacts.None).IsEmpty)
            {
                emptied.Add(created.Name.Name);
            }
        }

        return new(journal, state, redone, isSpared, emptied);
    }

    /// <summary>What is known of an object that we made and that is there; null otherwise.</summary>
    public CreatedObject? There(ObjectName name)
    {
        if (_journal.Of(name) is not { } created)
        {
            return null;
        }

        return name.Kind switch
        {
            ObjectKind.Index => _state.Summary(name.Name) is { } summary && IsSame(created, summary) ? created : null,

            // On an index that is not ours any more it is not ours either.
            ObjectKind.Alias => _state.Find(name) is not null
                && (_journal.Of(new(ObjectKind.Index, name.Index!)) is null || There(new(ObjectKind.Index, name.Index!)) is not null) ? created : null,
            _ => _state.Find(name) is { } there && IsSame(created, there) ? created : null,
        };
    }

    /// <summary>Which index it was that was looked at; null where there was none.</summary>
    public string? UuidOf(string index) => _state.Summary(index)?.Uuid;

    /// <summary>True for what is taken back before it is created.</summary>
    public bool IsRedone(CreatedObject created) => _redone is null ? !_isSpared(created.Name) : (created.TakenBackWith is { } item && _redone.Contains(item));

    /// <summary>True for what is there as it was made, or was changed to, and is not taken back before.</summary>
    public bool Stays(CreatedObject created) => created.IsMade && !IsRedone(created);

    /// <summary>What was about to be made, and holds documents, was made by somebody else: ours is confirmed before anybody is told of it.</summary>
    private bool IsSame(CreatedObject created, IndexSummary summary) =>
        created.IsMade ? created.Uuid is null || created.Uuid == summary.Uuid || _emptied.Contains(summary.Name) : summary.DocumentCount is 0 or null;

    /// <summary>A template that was about to be made, and is another one now, was made by somebody else.</summary>
    private static bool IsSame(CreatedObject created, JsonObject there) =>
        created.IsMade || created.Definition is not { } noted || Differences.Between(created.Name.Kind, there, TargetState.Parse(noted), TargetFacts.None).IsEmpty;
}
