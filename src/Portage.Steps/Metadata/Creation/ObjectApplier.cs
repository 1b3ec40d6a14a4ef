using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Engine.Ports;
using Portage.Steps.Metadata.Evaluation;
using Portage.Steps.Metadata.Objects;

namespace Portage.Steps.Metadata.Creation;

/// <summary>Does what an evaluation found to be done. May be killed anywhere and begun again.</summary>
internal sealed class ObjectApplier(RunContext context, ClusterClient client, CreationJournal journal)
{
    private readonly ObjectWriter _writer = new(client);
    private readonly CreatedIndex _created = new(client);
    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>Creates and changes, in order.</summary>
    /// <param name="now">What there is to do.</param>
    /// <param name="begun">What there was to do when the run began, of which some may be done.</param>
    /// <returns>What templates added to the indices; null when something of a name was there already.</returns>
    public async Task<ImmutableArray<string>?> ApplyAsync(ImmutableArray<EvaluatedObject> now, ImmutableArray<EvaluatedObject> begun, CancellationToken cancellationToken)
    {
        var additions = ImmutableArray.CreateBuilder<string>();
        var aliases = begun.Where(evaluated => evaluated.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var (done, total) = (0, begun.Count(evaluated => evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update));

        // Of an alias that writes to another index from now on, the old one lets go first: a target takes no two.
        foreach (var i in Enumerable.Range(0, begun.Length).OrderBy(i => begun[i].Name.Kind == ObjectKind.Alias && begun[i].Object.Definition["is_write_index"]?.ToString() == "true"))
        {
            var wanted = begun[i];
            switch (wanted.Outcome)
            {
                case ObjectOutcome.Create:
                    context.Progress(MetadataProgress.Creating(done++, total));
                    context.AssertLease();
                    if (now[i].Outcome is ObjectOutcome.Keep)
                    {
                        additions.AddRange(journal.Of(wanted.Name) is { Added: { Length: > 0 } known } ? known.Split('\n') : []);
                        break;
                    }

                    if (await CreateAsync(wanted, wanted.Name.Kind == ObjectKind.Index ? [.. aliases[wanted.Name.Name]] : [], cancellationToken) is not { } added)
                    {
                        return null;
                    }

                    additions.AddRange(added);
                    break;
                case ObjectOutcome.Update:
                    context.Progress(MetadataProgress.Creating(done++, total));
                    context.AssertLease();
                    await UpdateAsync(now[i], cancellationToken);
                    break;
                case ObjectOutcome.Keep when wanted.IsOurs && journal.Of(wanted.Name) is { IsMade: true }:
                    // Nothing to send; that it is wanted so is worth knowing the next time.
                    await journal.ConfirmAsync(wanted.Name, wanted.Object.Definition, uuid: null);
                    break;
            }
        }

        context.Progress(MetadataProgress.Creating(total, total));
        return additions.ToImmutable();
    }

    /// <param name="aliases">Of an index, those that it is to have.</param>
    private async Task<ImmutableArray<string>?> CreateAsync(EvaluatedObject wanted, ImmutableArray<EvaluatedObject> aliases, CancellationToken cancellationToken)
    {
        // A template may add an alias as soon as its index is there.
        var isOurs = journal.Of(wanted.Name) is { IsMade: false };
        var noted = aliases.Where(alias => alias.Outcome is ObjectOutcome.Create && !journal.Has(alias.Name)).ToList();
        if (!isOurs)
        {
            // Before it exists: what a crash leaves behind must be known to be ours. What was ours and is gone begins anew.
            noted.Add(wanted);
        }

        foreach (var about in noted)
        {
            await journal.AddAsync(about.Name, about.Object.Source);
        }

        if (!await _writer.CreateAsync(wanted.Object, isOurs, cancellationToken))
        {
            // On somebody else's index its aliases are theirs as well.
            foreach (var about in noted)
            {
                await journal.TakeBackAsync(about.Name);
            }

            return null;
        }

        var (added, uuid, form) = wanted.Name.Kind == ObjectKind.Index
            ? await _created.StraightenAsync(wanted, aliases.Select(alias => alias.Name.Name).ToHashSet(StringComparer.Ordinal), cancellationToken)
            : ([], null, null);
        ImmutableArray<string> additions = [.. added.Select(difference => $"template added to {wanted.Name}: {difference}")];
        await journal.ConfirmAsync(wanted.Name, wanted.Object.Definition, uuid, additions, form);
        return additions;
    }

    private async Task UpdateAsync(EvaluatedObject wanted, CancellationToken cancellationToken)
    {
        var name = wanted.Name;
        if (name.Kind != ObjectKind.Index)
        {
            await _writer.CreateAsync(wanted.Object, isOurs: true, cancellationToken);
        }
        else if (wanted.Change is { } change)
        {
            if (change.Settings.Count > 0)
            {
                await _metadata.PutSettingsAsync(name.Name, CanonicalText.Utf8(change.Settings), cancellationToken);
            }

            if (change.Mapping is { } mapping)
            {
                await _metadata.PutMappingAsync(name.Name, CanonicalText.Utf8(mapping), cancellationToken);
            }
        }

        await journal.ConfirmAsync(name, wanted.Object.Definition, uuid: null);
    }
}
