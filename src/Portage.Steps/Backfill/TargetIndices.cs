using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Clusters.Metadata;
using Portage.Configuration;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;
using Portage.Steps.Metadata;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>The indices that a backfill writes to: how they were before, that they are still there, and how they were at the end.</summary>
internal sealed class TargetIndices(WorkContext context, SliceOnTarget on, ClusterClient client, Action assertLease)
{
    private readonly ClusterMetadata _metadata = new(client);
    private ImmutableDictionary<string, Expected> _expected = ImmutableDictionary<string, Expected>.Empty;
    private ImmutableArray<FinalPipelines> _pipelines = [];

    /// <summary>How the target was before the first document of each index of the snapshot; asked once for each, and kept.</summary>
    /// <exception cref="StepException">An index that metadata made is gone.</exception>
    public async Task<ImmutableDictionary<string, BackfillBefore>> BeginAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        // Before anything is noted: what is counted now must not be of an index that has to be made anew.
        await RefuseGoneAsync(indices, except: ImmutableHashSet<string>.Empty, cancellationToken);
        var all = ImmutableDictionary.CreateBuilder<string, BackfillBefore>(StringComparer.Ordinal);
        foreach (var index in indices)
        {
            var notes = new BackfillNotes(context.Files.Item(index.Name));
            if (await notes.BeforeAsync(cancellationToken) is not { } before)
            {
                var marks = await MarksOfAsync(index, cancellationToken);
                before = new(marks.ToImmutableSortedDictionary(mark => mark.Key, mark => mark.Value.Documents)) { Marks = marks, Snapshot = index.Index.Snapshot.Uuid, Overwrites = on.Slice.Backfill.Conflict == ConflictChoice.Overwrite };
                await notes.WriteBeforeAsync(before, cancellationToken);
            }

            all.Add(index.Name, before);
        }

        _pipelines = [.. indices.Select(index => new FinalPipelines(client, new(context.Files.Item(index.Name)), assertLease))];
        _expected = await ExpectAsync(indices, all, cancellationToken);
        return all.ToImmutable();
    }

    /// <summary>
    /// Sees, before documents are sent, that the indices are what they were: throws when one that was there is gone, or another one by now (the target
    /// makes it up again by guessing), and sets a final pipeline aside.
    /// </summary>
    public async Task CheckAsync(IEnumerable<string> targets, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            if (!_expected.TryGetValue(target, out var expected))
            {
                continue;
            }

            if (await _metadata.FindSettingsAsync(target, FinalPipelines.Asked, cancellationToken) is not { } found || found.GetValueOrDefault(ClusterMetadata.UuidSetting) != expected.Uuid)
            {
                throw Deleted(target);
            }

            if (FinalPipelines.Of(found) is not null)
            {
                await expected.Pipelines.SetAsideAsync(target, expected.Uuid, cancellationToken);
            }
        }
    }

    /// <summary>Sets again what was set aside for the documents; to be called when none is under way.</summary>
    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        foreach (var pipelines in _pipelines)
        {
            await pipelines.PutBackAsync(cancellationToken);
        }
    }

    /// <summary>Notes how the targets of an index are now that no document of it is under way.</summary>
    public async Task MarkAsync(ItemJournal journal, SelectedIndex index, ConflictChoice conflict, CancellationToken cancellationToken)
    {
        await RefuseOthersAsync(index.TargetNames, cancellationToken);
        var notes = new BackfillNotes(context.Files.Item(index.Name));
        var count = BackfillProgress.WrittenOf(journal.Sum);
        if (await notes.WrittenAsync(cancellationToken) is { } had && had.Count == count)
        {
            // What was written since then is somebody else's, and must stay that.
            return;
        }

        await notes.WriteWrittenAsync(new(count, conflict == ConflictChoice.Overwrite, await MarksOfAsync(index, cancellationToken)), cancellationToken);
    }

    private async Task RefuseOthersAsync(IEnumerable<string> targets, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            if (_expected.TryGetValue(target, out var expected) && await _metadata.FindUuidAsync(target, cancellationToken) != expected.Uuid)
            {
                throw Deleted(target);
            }
        }
    }

    private async Task<ImmutableDictionary<string, Expected>> ExpectAsync(ImmutableArray<SelectedIndex> indices, ImmutableDictionary<string, BackfillBefore>.Builder before, CancellationToken cancellationToken)
    {
        var there = ImmutableDictionary.CreateBuilder<string, Expected>(StringComparer.Ordinal);
        foreach (var (index, pipelines) in indices.Zip(_pipelines))
        {
            foreach (var target in index.TargetNames)
            {
                var had = before[index.Name].Of(target).Uuid;
                if (await _metadata.FindUuidAsync(target, cancellationToken) is { } uuid && (had is null || had == uuid))
                {
                    there.Add(target, new(uuid, pipelines));
                }
                else if (had is not null)
                {
                    throw Deleted(target);
                }
            }
        }

        return there.ToImmutable();
    }

    private async Task<ImmutableSortedDictionary<string, IndexMark>> MarksOfAsync(SelectedIndex index, CancellationToken cancellationToken)
    {
        var marks = ImmutableSortedDictionary.CreateBuilder<string, IndexMark>(StringComparer.Ordinal);
        foreach (var target in index.TargetNames)
        {
            marks.Add(target, await IndexMark.OfAsync(client, target, cancellationToken));
        }

        return marks.ToImmutable();
    }

    /// <summary>Throws when an index that metadata made is gone.</summary>
    /// <param name="except">Indices of the snapshot whose targets may be made anew before the first document.</param>
    public async Task RefuseGoneAsync(ImmutableArray<SelectedIndex> indices, IReadOnlySet<string> except, CancellationToken cancellationToken)
    {
        if (!context.Outputs.TryGetValue(on.Step(StepKind.Metadata), out var metadata))
        {
            return;
        }

        var targets = indices.Where(index => !except.Contains(index.Name)).SelectMany(index => index.TargetNames).ToHashSet(StringComparer.Ordinal);
        foreach (var index in metadata.Parts.Where(part => part.Group == MetadataOutputs.Indices && targets.Contains(part.Name)).Select(part => part.Name))
        {
            if (!await _metadata.IndexExistsAsync(index, cancellationToken))
            {
                throw Gone(index, $"{on.Step(StepKind.Metadata)} left '{index}' on {on.Config.Targets[on.TargetName].Endpoint}, and it is not there any more.");
            }
        }
    }

    private StepException Deleted(string index) => Gone(index, $"Somebody deleted '{index}' on {on.Config.Targets[on.TargetName].Endpoint} while documents were sent to it; what there is of that name now is another index.");

    private StepException Gone(string index, string what) =>
        new(DiagnosticCatalog.TargetIndexGone.Error(on.TargetPath, $"{what} Create '{index}' again with the mapping that it should have, then start again."), isTransient: false, null);

    /// <summary>An index that was there when the work began.</summary>
    private sealed record Expected(string Uuid, FinalPipelines Pipelines);
}
