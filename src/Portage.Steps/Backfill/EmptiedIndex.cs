using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;

namespace Portage.Steps.Backfill;

/// <summary>Empties indices by deleting them and creating them again as they were: the quick way, for those that hold nothing but ours.</summary>
/// <remarks>
/// <code>
/// 1. write down what each of them is, and how it was when it held nothing but ours (emptied.json, durable)
/// 2. of each: look again; delete it, if it is still the one that was written down, and just so
/// 3.          create it as it is written down
/// 4.          take away the aliases that templates added
/// </code>
/// Killed between any two of these, it is done again from 2 on: an index with another uuid is past its deletion. One into which
/// somebody wrote since it was looked at is not deleted: it is left to the way that goes by documents.
/// </remarks>
internal sealed class EmptiedIndex(ClusterClient client, Action assertLease, string path)
{
    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>True where nobody wants the indices here any more: what somebody made in the place of one is then theirs, and nothing of ours is in it.</summary>
    public bool LeavesToOthers { get; init; }

    /// <summary>Writes down what indices are, and empties them.</summary>
    /// <param name="targets">How they were when they were found to hold nothing but ours.</param>
    /// <returns>As <see cref="GoOnAsync"/>.</returns>
    public async Task<ImmutableSortedSet<string>> EmptyAsync(BackfillNotes notes, IEnumerable<KeyValuePair<string, IndexMark>> targets, CancellationToken cancellationToken)
    {
        var definitions = ImmutableSortedDictionary.CreateBuilder<string, EmptiedDefinition>(StringComparer.Ordinal);
        foreach (var (target, mark) in targets)
        {
            if (await FindAsync(target, cancellationToken) is { } had)
            {
                definitions.Add(target, new(UuidOf(had), Encoding.UTF8.GetString(CanonicalText.Utf8(Definition(had))), mark));
            }
        }

        var emptied = new EmptiedIndices(definitions.ToImmutable());
        await notes.WriteEmptiedAsync(emptied, cancellationToken);
        return await GoOnAsync(notes, emptied, cancellationToken);
    }

    /// <summary>Empties what is written down, from wherever it stands.</summary>
    /// <returns>Those that were left as they are, because somebody has written into them since they were looked at.</returns>
    /// <exception cref="StepException">Somebody else made an index of the name in the moment in which there was none.</exception>
    public async Task<ImmutableSortedSet<string>> GoOnAsync(BackfillNotes notes, EmptiedIndices emptied, CancellationToken cancellationToken)
    {
        var left = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var (target, noted) in emptied.Indices)
        {
            var there = await FindAsync(target, cancellationToken);
            if (there is not null && UuidOf(there) == noted.Uuid)
            {
                // What was noted may be hours old, after a kill.
                if (!(await IndexMark.OfAsync(client, target, cancellationToken)).IsUnchangedSince(noted.Mark))
                {
                    left.Add(target);
                    continue;
                }

                assertLease();
                await _metadata.DeleteIndexAsync(target, cancellationToken);
                there = null;
            }

            assertLease();
            if (there is null)
            {
                await _metadata.CreateIndexAsync(target, Encoding.UTF8.GetBytes(noted.Definition), cancellationToken);
                there = await FindAsync(target, cancellationToken);
            }

            await StraightenAsync(notes, target, TargetState.Parse(Encoding.UTF8.GetBytes(noted.Definition)), there ?? [], cancellationToken);
        }

        return left.ToImmutable();
    }

    private async Task StraightenAsync(BackfillNotes notes, string target, JsonObject wanted, JsonObject there, CancellationToken cancellationToken)
    {
        var aliases = (wanted["aliases"] as JsonObject ?? []).Select(alias => alias.Key).ToHashSet(StringComparer.Ordinal);
        await TemplateAliases.RemoveAsync(client, target, there, aliases, assertLease, cancellationToken);

        // What is there besides came from documents that somebody has written since; what templates add was written down as well.
        var missing = Differences.Lacking(ObjectKind.Index, there, wanted, TargetFacts.None);
        if (LeavesToOthers)
        {
            return;
        }

        if (!missing.IsEmpty || !aliases.IsSubsetOf((there["aliases"] as JsonObject ?? []).Select(alias => alias.Key)))
        {
            throw new StepException(
                DiagnosticCatalog.TargetIndexGone.Error(
                    path,
                    $"Somebody made '{target}' in the moment in which it was emptied, and not as it was{(missing.IsEmpty ? "" : $" ({missing[0]})")}. How it was is kept in {notes.Location}. What is in it is theirs: when it is not needed any more, delete it and start again, and it is made from there; or take the index out of the slice, and it stays as it is."),
                isTransient: false,
                null);
        }
    }

    private async Task<JsonObject?> FindAsync(string index, CancellationToken cancellationToken) =>
        await _metadata.GetIndexAsync(index, cancellationToken) is { } found && found.Name == index ? TargetState.Parse(found.Json) : null;

    private static string UuidOf(JsonObject index) => FlatSettings.Text(FlatSettings.Of(index["settings"] as JsonObject).GetValueOrDefault("index.uuid"));

    /// <summary>Everything that the target says of an index, but for what it writes by itself and refuses when it is sent.</summary>
    private static JsonObject Definition(JsonObject had)
    {
        var definition = had.DeepClone().AsObject();
        var settings = FlatSettings.Of(definition["settings"] as JsonObject);
        foreach (var name in settings.Keys.Where(SettingRules.IsGenerated).ToArray())
        {
            settings.Remove(name);
        }

        definition["settings"] = FlatSettings.ToJson(settings);
        return definition;
    }
}
