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
    private readonly CreatedIndex _created = new(client, context.AssertLease);
    private readonly ClusterMetadata _metadata = new(client);

    /// <summary>Creates and changes, in order.</summary>
    /// <param name="now">What there is to do.</param>
    /// <param name="begun">What there was to do when the run began, of which some may be done.</param>
    /// <returns>What templates added to the indices; null when something of a name was there already.</returns>
    public async Task<ImmutableArray<string>?> ApplyAsync(ImmutableArray<EvaluatedObject> now, ImmutableArray<EvaluatedObject> begun, CancellationToken cancellationToken)
    {
        var additions = ImmutableArray.CreateBuilder<string>();
        var aliases = begun.Where(evaluated => evaluated.Name.Kind == ObjectKind.Alias).ToLookup(alias => alias.Name.Index!, StringComparer.Ordinal);
        var nowByName = now.ToDictionary(evaluated => evaluated.Name);
        var (done, total) = (0, begun.Count(evaluated => evaluated.Outcome is ObjectOutcome.Create or ObjectOutcome.Update or ObjectOutcome.Remove));
        foreach (var wanted in begun.OrderBy(PlaceOf))
        {
            switch (wanted.Outcome)
            {
                case ObjectOutcome.Create:
                    context.Progress(MetadataProgress.Creating(done++, total));
                    context.AssertLease();
                    if (nowByName[wanted.Name].Outcome is ObjectOutcome.Keep)
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
                    await UpdateAsync(nowByName[wanted.Name], cancellationToken);
                    break;
                case ObjectOutcome.Remove:
                    context.Progress(MetadataProgress.Creating(done++, total));
                    context.AssertLease();
                    if (nowByName.ContainsKey(wanted.Name))
                    {
                        await _writer.DeleteAsync(wanted.Name, cancellationToken);
                    }

                    await journal.TakeBackAsync(wanted.Name);
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

    /// <summary>
    /// Templates go before others come that would rival them, component templates after those that used them. Of an alias that writes
    /// to another index from now on, the old one lets go first: a target takes no two. Other aliases go last, so that whoever reads by
    /// one finds something at every moment.
    /// </summary>
    private static int PlaceOf(EvaluatedObject evaluated) => (evaluated.Outcome, evaluated.Name.Kind) switch
    {
        (ObjectOutcome.Remove, ObjectKind.LegacyTemplate or ObjectKind.IndexTemplate) => 0,
        (ObjectOutcome.Remove, ObjectKind.Alias) => evaluated.Object.IsWriteAlias ? 2 : 4,
        (ObjectOutcome.Remove, _) => 5,
        _ => evaluated.Object.IsWriteAlias ? 3 : 1,
    };

    /// <param name="aliases">Of an index, those that it is to have.</param>
    private async Task<ImmutableArray<string>?> CreateAsync(EvaluatedObject wanted, ImmutableArray<EvaluatedObject> aliases, CancellationToken cancellationToken)
    {
        // A template may add an alias as soon as its index is there. Of anything else the evaluation saw whose it is.
        var isOurs = journal.Of(wanted.Name) is { IsMade: false } && (wanted.IsOurs || wanted.Name.Kind == ObjectKind.Alias);
        var noted = aliases.Where(alias => alias.Outcome is ObjectOutcome.Create && !journal.Has(alias.Name)).ToList();
        if (!isOurs)
        {
            // Before it exists: what a crash leaves behind must be known to be ours. What was ours and is gone begins anew.
            noted.Add(wanted);
        }

        foreach (var about in noted)
        {
            await journal.AddAsync(about.Name, about.Object.Source, about.Object.Definition);
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
            await journal.BeginAsync(name, wanted.Object.Definition);
            await _writer.CreateAsync(wanted.Object, isOurs: true, cancellationToken);
        }
        else if (wanted.Change is { } change)
        {
            await journal.BeginAsync(name, wanted.Object.Definition);
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
