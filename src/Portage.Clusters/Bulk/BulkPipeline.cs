using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Portage.Clusters.Bulk;

/// <summary>
/// Sends a stream of operations to a cluster's <c>_bulk</c>, several requests at a time, and says what became of each
/// operation, in the order in which they were read.
/// </summary>
/// <remarks>
/// What failed for a reason that passes (429, 502, 503, 504, a lost connection, a timeout, an answer cut off, an item's
/// <c>es_rejected_execution_exception</c> and the like) is sent again, and only that, for as long as it takes;
/// <see cref="State"/> says why it waits. A body that is too large (413), or is not answered in time, is split. What nothing mends ends the run with a
/// <see cref="Failures.ClusterException"/>: the operations not yielded by then are not lost to a caller that reads them again.
/// Holds at most <see cref="BulkTuning.Connections"/> and four batches, and of all that share it no more bytes than <see cref="BulkOptions.Budget"/> allows.
/// One run at a time.
/// </remarks>
/// <param name="random">Shortens waits by chance; seeded, so that a simulation can repeat it.</param>
public sealed class BulkPipeline(ClusterClient client, BulkTuning tuning, BulkOptions options, TimeProvider time, Random random)
{
    private readonly SendGate _gate = new(tuning);
    private readonly BulkProgress _progress = new();
    private int _isRunning;

    /// <summary>What the pipeline does at this moment; safe to read from any thread.</summary>
    public BulkPipelineState State => _progress.Look(tuning, _gate);

    /// <summary>Reads operations, sends them, and yields each batch once the target has decided on all of it and of those before.</summary>
    /// <param name="operations">Read one after the other; its token is cancelled by <paramref name="stop"/> too.</param>
    /// <param name="stop">
    /// Ends the run in good order: nothing more is read, what was never sent is left, what is on its way is finished and yielded, and the
    /// enumeration ends as if there were no more operations. What the target does not take now is left too, with all that were read
    /// later: whoever reads them again sends again what the target may have taken, as after a kill.
    /// </param>
    /// <param name="abort">Ends the run at once with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="Failures.ClusterException">Something that no repetition mends; every batch before it was yielded.</exception>
    public async IAsyncEnumerable<BulkBatchResult> RunAsync(
        IAsyncEnumerable<BulkOperation> operations, CancellationToken stop, [EnumeratorCancellation] CancellationToken abort)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 1)
        {
            throw new InvalidOperationException("The pipeline is running already.");
        }

        using var window = new BatchWindow(tuning, options.Budget);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(abort);

        // The window admits fewer; the capacity only states the bound.
        var sendings = Channel.CreateBounded<(BulkBatch Batch, Task<BulkBatchResult?> Sending)>(
            new BoundedChannelOptions(BatchWindow.BatchesMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true, SingleWriter = true });
        void Tuned()
        {
            _gate.LetGo();
            window.LetGo();
        }

        tuning.Changed += Tuned;
#pragma warning disable CA2025 // Awaited in the finally block below, before anything is disposed.
        var reading = ReadAsync(operations, window, sendings.Writer, stop, ended.Token);
#pragma warning restore CA2025
        try
        {
            // Whoever reads the operations closes the channel when the run is aborted; this wait is not to be cancelled (dotnet/runtime #131141).
            await foreach (var (batch, sending) in sendings.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    if (await sending is not { } result)
                    {
                        // Left because of the stop, and with it all that were read later.
                        yield break;
                    }

                    yield return result;
                }
                finally
                {
                    window.Return(batch);
                }
            }
        }
        finally
        {
            tuning.Changed -= Tuned;
            End(ended);
            await reading;
            while (sendings.Reader.TryRead(out var left))
            {
                // Its own exception comes second to whatever ended the run.
                await Task.WhenAny(left.Sending);
                _ = left.Sending.Exception;
                window.Return(left.Batch);
            }

            Volatile.Write(ref _isRunning, 0);
        }
    }

    // At once, on the thread that the work is on: another one would go on beside a process that is meant to be over.
    private static void End(CancellationTokenSource source) => source.Cancel();

    /// <summary>Fills batches and sets them going, until there are no more operations; an error ends the channel with it.</summary>
    private async Task ReadAsync(
        IAsyncEnumerable<BulkOperation> operations, BatchWindow window, ChannelWriter<(BulkBatch Batch, Task<BulkBatchResult?> Sending)> sendings,
        CancellationToken stop, CancellationToken ended)
    {
        var sender = new BulkSender(client, tuning, options, _gate, _progress, time, random);
        var line = new BulkActionLine();
        var batch = default(BulkBatch);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop, ended);
        async ValueTask SendAsync(BulkBatch full)
        {
            batch = null;
            await sendings.WriteAsync((full, sender.SendAsync(full, stop, ended)), CancellationToken.None);
        }

        try
        {
            await foreach (var operation in operations.WithCancellation(reading.Token))
            {
                reading.Token.ThrowIfCancellationRequested();
                batch ??= await window.RentAsync(reading.Token);
                var (countMax, bytesMax) = LimitsNow();
                while (!batch.TryAdd(operation, line, countMax, bytesMax))
                {
                    // What it holds has to go before it waits for more: others may wait for that.
                    if (batch.Count > 0)
                    {
                        await SendAsync(batch);
                        batch = await window.RentAsync(reading.Token);
                    }
                    else
                    {
                        await batch.MakeRoomAsync(operation, line, reading.Token);
                    }
                }

                // A full batch does not wait for the operation that would overflow it.
                if (batch.Count >= countMax || batch.BodyBytes >= bytesMax)
                {
                    await SendAsync(batch);
                }
            }

            reading.Token.ThrowIfCancellationRequested();
            if (batch is not null)
            {
                await SendAsync(batch);
            }

            sendings.Complete();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            sendings.Complete();
        }
        catch (Exception e)
        {
            // Whatever the operations' source throws reaches the caller after the batches that were read before it.
            sendings.Complete(e);
        }
        finally
        {
            if (batch is not null)
            {
                window.Return(batch);
            }
        }
    }

    private (int CountMax, int BytesMax) LimitsNow()
    {
        var limits = tuning.Limits;
        return (limits.OperationCountMax, Math.Min(limits.BodyBytesMax, _progress.Body.Max));
    }
}
