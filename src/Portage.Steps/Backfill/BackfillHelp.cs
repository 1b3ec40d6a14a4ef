using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Steps.Connecting;
using Portage.Steps.Reading;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>What a process does that helps a backfill's worker: it copies items that the worker hands out, and remembers nothing itself.</summary>
internal sealed class BackfillHelp(RunContext context, HttpMessageHandler? transport)
{
    public async Task HelpAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        using var items = new RemoteItems(from, to);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, items.Gone);
        try
        {
            await CopyAsync(items, abort.Token);
        }
        catch (StepException failure)
        {
            await items.FailAsync(null, failure);
        }
        catch (Exception lost) when (lost is LeaseLostException or OperationCanceledException && items.Gone.IsCancellationRequested)
        {
            // Nobody takes what would come of it.
        }
    }

    private async Task CopyAsync(RemoteItems items, CancellationToken cancellationToken)
    {
        var on = SliceOnTarget.Of(context.Config, context.Address);
        var indices = await SliceReading.OpenAsync(on, context, cancellationToken);
        using var client = await ClusterAccess.TargetAsync(context.Config, on.TargetName, context.Secrets, context.Time, transport, cancellationToken, context.Tuning);
        var before = ImmutableDictionary.CreateBuilder<string, BackfillBefore>(StringComparer.Ordinal);
        foreach (var index in indices)
        {
            before.Add(index.Name, await new BackfillNotes(context.Files.Item(index.Name)).BeforeAsync(cancellationToken)
                ?? throw new InvalidOperationException($"Nothing is noted about the targets of {index.Name}."));
        }

        var whole = indices.ToImmutableDictionary(index => index.Name, _ => new FoundWhole(), StringComparer.Ordinal);

        // The worker looks at the targets, and sets aside what has to be: one at a time, and written down by one.
        var crew = new CopyCrew(context with { StopRequested = items.StopRequested }, on, client, indices, before.ToImmutable(), (index, _) => items.CheckAsync(index.Name), name => whole[name])
        {
            TellUnreadable = (item, failure) => items.FailAsync(item, failure),
        };
        await crew.WorkAsync(items, static _ => null, static () => { }, cancellationToken);
    }
}
