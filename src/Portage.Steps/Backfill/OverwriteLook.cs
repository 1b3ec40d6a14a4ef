using System.Collections.Immutable;
using Portage.Clusters;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Planning;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>
/// The last look before a backfill that overwrites sends its first document: between the approval and this moment lie a pause, a queue or a
/// night, in which somebody else may have written.
/// </summary>
internal sealed class OverwriteLook(RunContext context, SliceOnTarget on, ClusterClient client)
{
    /// <summary>What is there by now, where it is more than was approved; null where it is not. Of an index of which documents are acknowledged nothing is asked again.</summary>
    public async Task<StepReport?> FindMoreAsync(ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken)
    {
        await EarlierLayout.UpgradeAsync(context.Files, cancellationToken);
        ImmutableArray<Destruction> approved = context.Approved?.Destroys ?? [];
        foreach (var index in indices)
        {
            // How the indices were is noted of all of them before the first document of any is sent.
            using var journal = await ItemJournal.LookAsync(context.Files.Item(index.Name), index.Name, cancellationToken);
            var others = journal.HasAny
                ? await BackfillEvaluation.OthersOfResentAsync(context.Files, client, on, index, context.Resends, cancellationToken)
                : await BackfillEvaluation.OthersAsync(context.Files, client, on, index, ImmutableHashSet<string>.Empty, cancellationToken);
            if (others.Any(there => there.IsBeyond(approved)))
            {
                var found = await new BackfillEvaluation(EvaluateContextOf(context), on, client).EvaluateAsync(cancellationToken);

                // What other slices have there they said when it was approved.
                return found with { Destroys = [.. found.Destroys.Select(one => one.Knowing(approved))] };
            }
        }

        return null;
    }

    /// <summary>What others have of the indices that would be sent: for a plan, and for the review of work that this stands on.</summary>
    /// <param name="isSamePlace">False where what was sent before went to another cluster.</param>
    public static async Task<ImmutableArray<Destruction>> BeforehandAsync(LookContext context, SliceOnTarget on, ClusterClient client, bool isSamePlace, CancellationToken cancellationToken)
    {
        if (await SliceReading.FindSnapshotAsync(on, context, cancellationToken) is not { } snapshot)
        {
            return [];
        }

        var files = isSamePlace ? context.Files : NoFiles.Instance;
        var redo = (context.Items.IsDefault ? await TakenBack.ItemsAsync(files, cancellationToken) : context.Items).ToHashSet(StringComparer.Ordinal);
        var overwritten = ImmutableArray.CreateBuilder<Destruction>();
        foreach (var index in await SliceContents.OpenAsync(on.Slice, snapshot, on.SlicePath, cancellationToken))
        {
            if (redo.Contains(index.Name) || !await BackfillEvaluation.IsDoneAsync(files, index, cancellationToken))
            {
                overwritten.AddRange(await BackfillEvaluation.OthersAsync(files, client, on, index, redo, cancellationToken));
            }
            else
            {
                overwritten.AddRange(await BackfillEvaluation.OthersOfResentAsync(files, client, on, index, context.Resends, cancellationToken));
            }
        }

        return overwritten.DrainToImmutable();
    }

    private static EvaluateContext EvaluateContextOf(RunContext context) => new()
    {
        Session = context.Session, Run = context.Run, Address = context.Address, Attempt = context.Attempt, Config = context.Config, Inputs = context.Inputs,
        Outputs = context.Outputs, Secrets = context.Secrets, Files = context.Files, Time = context.Time, Logger = context.Logger, Progress = context.Progress, Resends = context.Resends,
    };
}
