using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>What is known of a target when its objects are evaluated.</summary>
/// <param name="Own">Which of its objects are ours.</param>
/// <param name="HasReplicas">True when the configuration says how many replicas an index is to have.</param>
/// <param name="HasDocuments">True where documents are copied, and so can be lost.</param>
internal sealed record EvaluationGround(TargetState State, TargetFacts Facts, OwnObjects Own, bool HasReplicas, bool HasDocuments);

/// <summary>Finds out, object by object, what becomes of what is wanted, by trying it on the target.</summary>
/// <param name="wanted">Everything that is wanted, in the order in which it is created.</param>
/// <param name="unwanted">What is ours and is wanted no more.</param>
internal sealed class ObjectEvaluation(Trial trial, TemplateTrial templates, EvaluationGround on, ImmutableArray<MetadataObject> wanted, ImmutableArray<EvaluatedObject> unwanted)
{
    // A template may have hundreds of fields; whoever reads of twenty knows what it is about.
    private const int AddedMax = 20;

    private readonly TargetState _state = on.State;
    private readonly OwnObjects _own = on.Own;
    private readonly TemplateCollisions _collisions = new(wanted, on.State.Templates, unwanted.Where(one => one.Outcome is ObjectOutcome.Remove).Select(one => one.Name).ToHashSet());
    private readonly HashSet<string> _indices = wanted.Where(one => one.Name.Kind == ObjectKind.Index).Select(index => index.Name.Name).ToHashSet(StringComparer.Ordinal);

    // Of an alias of ours that lets go of writing in this very run, another may take over.
    private readonly HashSet<ObjectName> _letsGo =
    [
        .. wanted.Where(alias => alias.Name.Kind == ObjectKind.Alias && !alias.IsWriteAlias && on.Own.There(alias.Name) is not null).Select(alias => alias.Name),
        .. unwanted.Where(one => one is { Name.Kind: ObjectKind.Alias, Outcome: ObjectOutcome.Remove }).Select(one => one.Name),
    ];

    /// <summary>What becomes of everything: first what is wanted, then what is not.</summary>
    /// <param name="progress">Takes how many are tried.</param>
    public async Task<ImmutableArray<EvaluatedObject>> EvaluateAsync(Action<int> progress, CancellationToken cancellationToken)
    {
        var byIndex = wanted.Where(one => one.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var (evaluated, aliases) = (new List<EvaluatedObject>(), new List<EvaluatedObject>());
        foreach (var one in wanted.Where(one => one.Name.Kind != ObjectKind.Alias))
        {
            progress(evaluated.Count + aliases.Count);
            if (one.Name.Kind == ObjectKind.Index)
            {
                var (index, its) = await IndexAsync(one, [.. byIndex[one.Name.Name]], cancellationToken);
                evaluated.Add(index);
                aliases.AddRange(its);
            }
            else
            {
                evaluated.Add(await TemplateAsync(one, cancellationToken));
            }
        }

        return [.. evaluated, .. aliases, .. unwanted];
    }

    private async Task<EvaluatedObject> TemplateAsync(MetadataObject template, CancellationToken cancellationToken)
    {
        var own = _own.There(template.Name);
        var tried = Outcomes.Impossible(template) is { } impossible ? TrialResult.Refused(impossible) : await trial.TemplateAsync(template, cancellationToken);
        var outcome = own is not null && _own.Stays(own)
            ? Outcomes.OfOwn(own, template, tried, _state.Template(template.Name)!)
            : Outcomes.Of(template, tried, own is null ? _state.Template(template.Name) : null, on.Facts, on.HasReplicas);
        outcome = outcome is ObjectOutcome.Create or ObjectOutcome.Update && _collisions.OfTemplate(template) is { } rival ? new ObjectOutcome.Refused(rival) : outcome;
        return new(template, outcome)
        {
            Notes = outcome is ObjectOutcome.Create && template.Name.Kind != ObjectKind.ComponentTemplate ? ["whoever makes an index of such a name on the target gets what it says"] : [],
            IsOurs = own is not null,
            Replaces = own is { IsMade: true } && _own.IsRedone(own),
        };
    }

    private async Task<(EvaluatedObject Index, IEnumerable<EvaluatedObject> Aliases)> IndexAsync(MetadataObject index, ImmutableArray<MetadataObject> aliases, CancellationToken cancellationToken)
    {
        var name = index.Name.Name;
        var ours = _own.There(index.Name);
        var stays = ours is not null && _own.Stays(ours);
        if (stays && Outcomes.IsAsMade(ours!, index) && aliases.All(alias => _own.There(alias.Name) is { } its && _own.Stays(its) && Outcomes.IsAsMade(its, alias)))
        {
            // There is nothing to try.
            return (new(index, new ObjectOutcome.Keep()) { IsOurs = true }, aliases.Select(alias => Alias(alias, new ObjectOutcome.Keep(), null)));
        }

        var there = (ours is null || stays) && _state.HasIndex(name) ? await _state.IndexAsync(name, cancellationToken) : null;
        var (tried, refusals) = Outcomes.Impossible(index) is { } impossible
            ? (TrialResult.Refused(impossible), ImmutableDictionary<string, string?>.Empty)
            : await trial.IndexAsync(index, aliases, cancellationToken);
        var evaluated = stays && there is not null && tried.Written is { } written
            ? await ChangeAsync(ours!, index, there, written, cancellationToken)
            : new(index, stays && tried.Refusal is { } refusal ? new ObjectOutcome.Refused(refusal) : Outcomes.Of(index, tried, there, on.Facts, on.HasReplicas)) { Replaces = ours is { IsMade: true } };
        if (there is null && _state.Alias(name).Select(alias => alias.Index).Where(other => !_indices.Contains(other)).ToArray() is { Length: > 0 } pointed)
        {
            evaluated = evaluated with { Outcome = new ObjectOutcome.Refused($"the target has an alias of that name, of {string.Join(", ", pointed)}") };
        }

        if (evaluated.Outcome is ObjectOutcome.Create && _collisions.OfIndex(name) is { } rival)
        {
            evaluated = evaluated with { Outcome = new ObjectOutcome.Refused(rival) };
        }

        var matching = evaluated.Outcome is ObjectOutcome.Create ? _collisions.Matching(name) : [];
        var effect = await templates.TryAsync(index, tried.Written, matching, cancellationToken);
        if (effect.Refusal is { } discord)
        {
            evaluated = evaluated with
            {
                Outcome = new ObjectOutcome.Refused($"{Named(matching)} {(matching.Length == 1 ? "is" : "are")} for its name, and with {(matching.Length == 1 ? "it" : "them")}: {discord}"),
            };
        }

        evaluated = evaluated with
        {
            Written = tried.Written,
            IsOurs = ours is not null,
            Replaces = evaluated is { Replaces: true, Outcome: ObjectOutcome.Create },
            Notes = evaluated.Outcome is ObjectOutcome.Create ? NotesOf(name, matching, effect) : [],
            Lost = evaluated.Outcome is ObjectOutcome.Create && on.HasDocuments && !effect.Lost.IsEmpty ? [FilteredSources.Text(Named(matching), matching.Length > 1, effect.Lost)] : [],
        };
        return (evaluated, aliases.Select(alias => Alias(alias, evaluated.Outcome, refusals.GetValueOrDefault(alias.Name.Name))));
    }

    /// <summary>What templates add to an index, its own of the source as well; where nothing of it stays, those of the target are named all the same.</summary>
    private ImmutableArray<string> NotesOf(string index, ImmutableArray<(ObjectName Name, JsonObject Json)> matching, TemplateEffect effect)
    {
        if (effect.Added.IsEmpty)
        {
            return [.. _collisions.Applying(index).Select(template => $"{template} of the target adds to it when it is created")];
        }

        // A loss is told as one.
        string[] added = [.. effect.Added.Where(difference => effect.Lost.IsEmpty || !on.HasDocuments || !FilteredSources.Tells(difference))];
        var by = $"{Named(matching)} {(matching.Length == 1 ? "adds" : "add")} to it when it is created";
        return
        [
            .. added.Take(AddedMax).Select(difference => $"{by}: {difference}"),
            .. added.Length > AddedMax ? [$"{by} {added.Length - AddedMax:N0} more"] : ImmutableArray<string>.Empty,
        ];
    }

    private string Named(ImmutableArray<(ObjectName Name, JsonObject Json)> templates) => string.Join(" and ", templates.Select(template => _collisions.Described(template.Name)));

    /// <summary>What becomes of an index that is ours: changed where it is, or made anew where the target does not change that.</summary>
    private async Task<EvaluatedObject> ChangeAsync(CreatedObject ours, MetadataObject index, JsonObject there, JsonObject written, CancellationToken cancellationToken)
    {
        var change = IndexChanges.Of(ours, index, there, written, on.HasReplicas);
        if (change.IsNothing)
        {
            return new(index, new ObjectOutcome.Keep());
        }

        return await trial.ChangeAsync(index.Name.Name, there, change, cancellationToken) switch
        {
            { Refusal: { } refusal, IsOfCopy: true } => new(index, new ObjectOutcome.Refused($"the change cannot be tried, as the target takes no index like the one that is there: {refusal}")),
            { Refusal: { } refusal } => new(index, new ObjectOutcome.Create()) { Replaces = true, NotInPlace = refusal },
            _ => new(index, new ObjectOutcome.Update([.. IndexChanges.Differences(change, there, written)])) { Change = change },
        };
    }

    private EvaluatedObject Alias(MetadataObject alias, ObjectOutcome index, string? refusal)
    {
        var own = _own.There(alias.Name);
        return new(alias, OfAlias(alias, own, index, refusal)) { IsOurs = own is not null, Replaces = own is { IsMade: true } && _own.IsRedone(own) };
    }

    private ObjectOutcome OfAlias(MetadataObject alias, CreatedObject? own, ObjectOutcome index, string? refusal)
    {
        if (index is not (ObjectOutcome.Create or ObjectOutcome.Keep or ObjectOutcome.Update))
        {
            return new ObjectOutcome.LeftOut(index is ObjectOutcome.Differs ? "its index is left as it is" : "its index is refused");
        }

        var name = alias.Name.Name;
        var stays = own is not null && _own.Stays(own);
        if (stays && Outcomes.IsAsMade(own!, alias))
        {
            return new ObjectOutcome.Keep();
        }

        if (_state.HasIndex(name))
        {
            return new ObjectOutcome.Refused("the target has an index of that name");
        }

        if (Outcomes.Impossible(alias) is { } impossible)
        {
            return new ObjectOutcome.Refused(impossible);
        }

        var others = _state.Alias(name).Where(other => other.Index != alias.Name.Index && !_letsGo.Contains(new(ObjectKind.Alias, name, other.Index)));
        if (alias.IsWriteAlias && others.FirstOrDefault(other => MetadataObject.IsWrite(other.Definition)) is { Index: { } writes })
        {
            return new ObjectOutcome.Refused($"the alias writes to {writes} on the target already");
        }

        var there = _state.Find(alias.Name);
        var tried = new TrialResult(refusal, alias.Definition);
        return stays ? Outcomes.OfOwn(own!, alias, tried, there!) : Outcomes.Of(alias, tried, own is null ? there : null, on.Facts, on.HasReplicas);
    }
}
