using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portage.Steps.Metadata.Creation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Metadata.Evaluation;

/// <summary>Finds templates and aliases that are ours and that the slice does not want any more: each goes, unless somebody has changed it since, or another slice wants it.</summary>
/// <remarks>
/// Indices are not among them, nor aliases of indices that the slice has lost: these are items, which the engine takes back. What an
/// object was made of is tried on the target, so that both sides of the comparison are in the target's own writing.
/// </remarks>
internal sealed class UnwantedObjects(CreationJournal journal, TargetState state, OwnObjects own, ImmutableArray<MetadataObject> wanted, WantedElsewhere elsewhere)
{
    private readonly HashSet<ObjectName> _names = [.. wanted.Select(one => one.Name)];

    /// <summary>What becomes of each of them.</summary>
    /// <param name="trial">Null where nothing may be tried: then a template that somebody may have changed counts as one that goes.</param>
    public async Task<ImmutableArray<EvaluatedObject>> FindAsync(Trial? trial, CancellationToken cancellationToken)
    {
        var found = new List<EvaluatedObject>();

        // Component templates last: whether one is used depends on which index templates stay.
        foreach (var created in journal.Created.Where(IsUnwanted).OrderBy(created => created.Name.Kind == ObjectKind.ComponentTemplate))
        {
            var there = state.Find(created.Name)!;
            var removed = found.Where(one => one.Outcome is ObjectOutcome.Remove).Select(one => one.Name).ToHashSet();
            var why = await elsewhere.WhyAsync(created.Name, there, cancellationToken)
                ?? await ChangedAsync(created, there, trial, cancellationToken)
                ?? (created.Name.Kind == ObjectKind.ComponentTemplate ? UsedBy(created.Name.Name, removed) : null);
            found.Add(new(
                new(created.Name, there.DeepClone().AsObject(), []) { Source = created.Item },
                why is null ? new ObjectOutcome.Remove() : new ObjectOutcome.Stay(why))
            { IsOurs = true });
        }

        return [.. InOrder(found)];
    }

    /// <summary>In the order in which they are told, whichever was found first.</summary>
    public static IEnumerable<EvaluatedObject> InOrder(IEnumerable<EvaluatedObject> unwanted) =>
        unwanted.OrderBy(one => one.Name.Kind).ThenBy(one => one.Name.ToString(), StringComparer.Ordinal);

    /// <summary>True for a kind of object that can be unwanted while its step is not taken back.</summary>
    public static bool CanBe(CreatedObject created) => created.Name.Kind != ObjectKind.Index;

    private bool IsUnwanted(CreatedObject created) =>
        CanBe(created)
        && !_names.Contains(created.Name)
        && own.There(created.Name) is not null
        && !own.IsRedone(created)
        && (created.Name.Index is not { } index || _names.Contains(new(ObjectKind.Index, index)));

    /// <summary>Why it cannot be said that it is as we made it; null when it is.</summary>
    private static async Task<string?> ChangedAsync(CreatedObject created, JsonObject there, Trial? trial, CancellationToken cancellationToken)
    {
        if (created.Definition is not { } text)
        {
            return "an earlier build made it and kept no note of how, so nobody can tell whether somebody has changed it";
        }

        if (created.Name.Kind != ObjectKind.Alias && trial is null)
        {
            return null;
        }

        // Killed in the middle of a change it is as it was, or as it was to be.
        var (why, differs) = (default(string), default(string));
        foreach (var definition in created.Begun.Append(text))
        {
            var made = new MetadataObject(created.Name, TargetState.Parse(definition), []);
            var tried = created.Name.Kind == ObjectKind.Alias ? new(null, made.Definition) : await trial!.TemplateAsync(made, cancellationToken);
            if (tried.Written is not { } written)
            {
                why = $"the target does not take any more what it was made of, so nobody can tell whether somebody has changed it: {tried.Refusal}";
                continue;
            }

            var differences = Differences.Between(created.Name.Kind, there, written, TargetFacts.None);
            if (differences.IsEmpty)
            {
                return null;
            }

            differs = $"somebody has changed it since: {string.Join("; ", differences)}";
        }

        return differs ?? why;
    }

    private string? UsedBy(string component, HashSet<ObjectName> removed)
    {
        var after = wanted.Where(template => template.Name.Kind == ObjectKind.IndexTemplate).Select(template => (template.Name, Json: template.Definition))
            .Concat(state.Templates.Where(template => template.Name.Kind == ObjectKind.IndexTemplate && !removed.Contains(template.Name) && !(_names.Contains(template.Name) && own.There(template.Name) is not null)));
        return after.FirstOrDefault(template => template.Json["composed_of"] is JsonArray used && used.Any(name => name?.ToString() == component)).Name is { Name: { } user } ? $"index template {user} uses it" : null;
    }
}
