using Portage.Clusters.Failures;

namespace Portage.Clusters.Bulk;

/// <summary>Sends one batch until the target has decided on each of its operations. Thread-safe over different batches.</summary>
internal sealed class BulkSender(ClusterClient client, BulkTuning tuning, BulkOptions options, SendGate gate, BulkProgress progress, TimeProvider time, Random random)
{
    /// <summary>Errors of the server (500 and the like) that may be the fault of what was sent are given so many tries.</summary>
    private const int ServerErrorsMax = 5;

    /// <summary>A closed connection may be the answer to a body that is too large, from this size on; the next try asks first.</summary>
    private const int SuspectBodyBytes = 64 * 1024;

    private const string Request = "POST /_bulk";

    private readonly Lock _randomLock = new();

    /// <summary>Sends until all is decided.</summary>
    /// <param name="stop">
    /// A batch that was not sent at all yet is left, and so is one that the target does not answer for; one that it refuses for a while is
    /// sent once more at once, and then left. Nobody who stops waits for a target to recover.
    /// </param>
    /// <returns>Null when the batch was left.</returns>
    /// <exception cref="ClusterException">Something that no repetition mends.</exception>
    public async Task<BulkBatchResult?> SendAsync(BulkBatch batch, CancellationToken stop, CancellationToken abort)
    {
        var sendable = batch.Sendable;
        progress.Decided(batch.Count - sendable.Count);
        if (sendable.Count == 0)
        {
            return stop.IsCancellationRequested ? null : new(batch, TimeSpan.Zero);
        }

        int mark;
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(stop, abort))
        {
            try
            {
                either.Token.ThrowIfCancellationRequested();
                mark = await gate.EnterAsync(batch.Sequence, either.Token);
            }
            catch (OperationCanceledException) when (!abort.IsCancellationRequested)
            {
                return null;
            }
        }

        var began = time.GetTimestamp();
        var sending = new Sending(batch);
        sending.Groups.Push(sendable);
        try
        {
            while (true)
            {
                var failure = await AttemptAsync(sending, mark, abort);
                if (sending.Groups.Count == 0)
                {
                    return new(batch, time.GetElapsedTime(began));
                }

                if (failure is not null && !await WaitAsync(sending, failure, stop, abort))
                {
                    return null;
                }

                mark = await gate.EnterAsync(batch.Sequence, abort);
            }
        }
        finally
        {
            progress.GoesOn(batch.Sequence);
        }
    }

    private async Task<Failure?> AttemptAsync(Sending sending, int mark, CancellationToken abort)
    {
        var batch = sending.Batch;
        var group = sending.Groups.Peek();
        bool? pushedBack = null;
        var bodyBytes = 0L;
        try
        {
            if (options.BeforeSend is { } beforeSend)
            {
                await beforeSend(abort);
            }

            var content = new BulkContent(batch, group, options.Gzip);
            bodyBytes = content.BodyBytes;
            progress.Sent(content.SentBytes, isRetry: batch.Attempts > 0);
            batch.BytesSent += content.SentBytes;
            batch.Attempts++;

            // The request owns the content and disposes it.
            using var reply = await client.ExchangeAsync(
                HttpMethod.Post, BulkReply.Path, content, expectContinue: sending.LastConnectionWasLost && bodyBytes >= SuspectBodyBytes, abort);
            sending.LastConnectionWasLost = false;
            var failure = reply.IsSuccess ? ReadItems(sending, group, reply, bodyBytes) : ReadRefusal(sending, group, reply, bodyBytes);
            pushedBack = failure?.PushedBack ?? false;
            return failure;
        }
        catch (ClusterUnreachableException e) when (e.MayPass)
        {
            // It was never sent where the connection itself failed.
            if (e.Cause is UnreachableCause.ConnectionLost or UnreachableCause.RequestTimeout)
            {
                sending.LastConnectionWasLost = e.Cause == UnreachableCause.ConnectionLost;
                MarkLost(batch, group);
            }

            return new($"target unreachable: {e.Why}{(e.Cause == UnreachableCause.RequestTimeout ? AfterTimeOut(sending, group, bodyBytes) : "")}", e);
        }
        finally
        {
            gate.Leave(mark, pushedBack);
        }
    }

    /// <summary>A bulk answer: takes what is decided out of the group.</summary>
    private Failure? ReadItems(Sending sending, List<int> group, PooledReply reply, long bodyBytes)
    {
        var answer = sending.Reply;
        if (!answer.TryRead(reply.Body.Span, out var isBulkAnswer))
        {
            if (reply.Body.Length > 0 && !ClusterClient.LooksLikeJson(reply.Body.Span))
            {
                throw FailedReply.NotACluster(client.Connection, Request, reply);
            }

            MarkLost(sending.Batch, group);
            return new("the target's answer was cut off", Cause: new ClusterProtocolException(
                client.Connection.Endpoint, Request, $"{reply.Status} and {reply.Body.Length} bytes that are not whole JSON"));
        }

        if (!isBulkAnswer || answer.Items.Count != group.Count)
        {
            throw new ClusterProtocolException(client.Connection.Endpoint, Request, isBulkAnswer
                ? $"{answer.Items.Count} items for {group.Count} operations"
                : $"{reply.Status} and JSON without 'items'");
        }

        var again = default(List<int>);
        var failure = default(Failure);
        for (var i = 0; i < group.Count; i++)
        {
            var item = answer.Items[i];
            if (!TryDecide(sending.Batch, group[i], item, out var verdict))
            {
                (again ??= []).Add(group[i]);
                failure = Worse(failure, verdict, item);
            }
        }

        sending.Groups.Pop();
        if (again is not null)
        {
            sending.Groups.Push(again);
            failure = failure! with { Why = $"{failure.Why} for {again.Count} of {group.Count} documents" };
        }

        if (group.Count > (again?.Count ?? 0))
        {
            progress.Decided(group.Count - (again?.Count ?? 0));
            sending.GoesOn();
            progress.GoesOn(sending.Batch.Sequence);
            progress.Body.Taken(bodyBytes, tuning.Limits.BodyBytesMax);
        }

        return failure;
    }

    /// <summary>True when the item is decided; otherwise it is to be sent again because of the verdict.</summary>
    private bool TryDecide(BulkBatch batch, int index, in BulkReply.Item item, out BulkVerdict verdict)
    {
        verdict = default;
        if (item is { Status: >= 200 and < 300, OtherResult: { } other })
        {
            batch.Decide(index, BulkItemOutcome.Noop, item.Status, other, $"The target answered '{other}': it took the document, and wrote nothing.");
            return true;
        }

        if (item.Status is >= 200 and < 300)
        {
            batch.Decide(index, batch.IsDelete(index) ? BulkItemOutcome.Deleted : item.IsCreated ? BulkItemOutcome.Created : BulkItemOutcome.Updated, item.Status, null, null);
            return true;
        }

        if (item is { Status: 404, ErrorType: null } && batch.IsDelete(index))
        {
            batch.Decide(index, BulkItemOutcome.NotFound, item.Status, null, null);
            return true;
        }

        verdict = BulkVerdicts.Of(item.Status, item.ErrorType);
        if (verdict == BulkVerdict.Abort)
        {
            throw AbortOf(batch.IndexAt(index), item);
        }

        if (verdict == BulkVerdict.ServerError && batch.CountServerError(index) >= ServerErrorsMax)
        {
            verdict = BulkVerdict.Reject;
        }

        if (verdict is not (BulkVerdict.Conflict or BulkVerdict.Reject))
        {
            return false;
        }

        batch.Decide(
            index, verdict == BulkVerdict.Conflict ? BulkItemOutcome.Conflict : BulkItemOutcome.Rejected, item.Status, item.ErrorType,
            FailedReply.Redact(client.Connection, item.Reason));
        return true;
    }

    private ClusterException AbortOf(string index, in BulkReply.Item item)
    {
        var connection = client.Connection;
        var reason = FailedReply.Redact(connection, item.Reason) ?? "";
        return FailedReply.IsLastingBlock(item.ErrorType, item.Status) ? new ClusterBlockedException(connection.Endpoint, index, item.Status, reason)
            : item.Status is 401 or 403 ? new ClusterUnauthorizedException(connection, $"{Request} ({index})", item.Status, reason)
            : new ClusterRequestException(connection.Endpoint, $"{Request} ({index})", item.Status, item.ErrorType, reason, []);
    }

    private Failure Worse(Failure? soFar, BulkVerdict verdict, in BulkReply.Item item)
    {
        // One reason is shown for all; being pushed back is the one that changes how fast it goes on.
        if (soFar is { PushedBack: true } || (soFar is not null && verdict != BulkVerdict.PushedBack))
        {
            return soFar;
        }

        return new(
            $"{item.Status} from the target{(item.ErrorType is null ? "" : $" ({item.ErrorType})")}",
            new ClusterRequestException(client.Connection.Endpoint, Request, item.Status, item.ErrorType, FailedReply.Redact(client.Connection, item.Reason), []),
            PushedBack: verdict == BulkVerdict.PushedBack);
    }

    /// <summary>An answer with an error for the whole request: splits the group, or says that it is to be sent again.</summary>
    private Failure? ReadRefusal(Sending sending, List<int> group, PooledReply reply, long bodyBytes)
    {
        var exception = FailedReply.From(client.Connection, Request, reply);
        if (exception is not ClusterRequestException refusal)
        {
            throw exception;
        }

        switch (refusal)
        {
            case { Status: 413 }:
                SplitOrReject(sending, group, refusal.ErrorType ?? "content_too_long", $"The target takes no request of {bodyBytes} bytes: {refusal.Reason}", 413);
                if (group.Count > 1)
                {
                    sending.Batch.TooLarge++;
                    progress.Body.Refused(bodyBytes, wasTooSlow: false);
                }

                return null;

            // One operation that the target finds malformed (as an id of more than 512 bytes, 7.x) fails the whole request.
            case { Status: 400, ErrorType: { } type }:
                SplitOrReject(sending, group, type, refusal.Reason, 400);
                return null;

            case { Status: 429 }:
                return new(Say(refusal), refusal, reply.RetryAfter, PushedBack: true);

            // The limit of a proxy, which may be shorter than ours.
            case { Status: 408 or 504 }:
                MarkLost(sending.Batch, group);
                return new($"{Say(refusal)}{AfterTimeOut(sending, group, bodyBytes)}", refusal, reply.RetryAfter);

            case { Status: 502 or 503 }:
                MarkLost(sending.Batch, group);
                return new(Say(refusal), refusal, reply.RetryAfter);

            case { Status: >= 500 } when ++sending.ServerErrors < ServerErrorsMax:
                MarkLost(sending.Batch, group);
                return new(Say(refusal), refusal, reply.RetryAfter);

            default:
                throw refusal;
        }
    }

    private void SplitOrReject(Sending sending, List<int> group, string errorType, string? reason, int status)
    {
        sending.Groups.Pop();
        if (group.Count == 1)
        {
            sending.Batch.Decide(group[0], BulkItemOutcome.Rejected, status, errorType, reason);
            progress.Decided(1);
            return;
        }

        Split(sending, group);
    }

    /// <summary>A request that was not answered in time takes less time in parts.</summary>
    /// <returns>What follows, in words; empty where nothing does.</returns>
    private string AfterTimeOut(Sending sending, List<int> group, long bodyBytes)
    {
        sending.Batch.TimedOut++;
        progress.Body.Refused(bodyBytes, wasTooSlow: true);
        if (group.Count == 1 || bodyBytes <= BodyLimit.FloorBytes)
        {
            return "";
        }

        sending.Groups.Pop();
        Split(sending, group);
        return ", sent again in parts";
    }

    private static void Split(Sending sending, List<int> group)
    {
        var half = group.Count / 2;
        sending.Groups.Push(group[half..]);
        sending.Groups.Push(group[..half]);
    }

    /// <returns>False when the batch is to be left, because of the stop.</returns>
    private async Task<bool> WaitAsync(Sending sending, Failure failure, CancellationToken stop, CancellationToken abort)
    {
        if (stop.IsCancellationRequested)
        {
            return TriesOnceMore(sending, failure);
        }

        var now = time.GetUtcNow();
        sending.FailingSince ??= now;
        sending.Failures++;
        if (options.Backoff.ElapsedMax is { } max && now - sending.FailingSince > max)
        {
            throw failure.Cause;
        }

        TimeSpan delay;
        lock (_randomLock)
        {
            delay = options.Backoff.After(sending.Failures, failure.RetryAfter, random.NextDouble());
        }

        progress.Waits(sending.Batch.Sequence, new(failure.Why, sending.FailingSince.Value, sending.Failures, now + delay));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, abort);
        try
        {
            await Task.Delay(delay, time, either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!abort.IsCancellationRequested)
        {
            return TriesOnceMore(sending, failure);
        }
    }

    /// <summary>What answers may take it now; a connection may take minutes to say that it does not.</summary>
    private static bool TriesOnceMore(Sending sending, Failure failure)
    {
        var isFirst = !sending.WasTriedAfterStop && failure.Cause is not ClusterUnreachableException;
        sending.WasTriedAfterStop = true;
        return isFirst;
    }

    private static void MarkLost(BulkBatch batch, List<int> group)
    {
        foreach (var index in group)
        {
            batch.MarkAnswerLost(index);
        }
    }

    private static string Say(ClusterRequestException refusal) =>
        $"{refusal.Status} from the target{(refusal.ErrorType is null ? "" : $" ({refusal.ErrorType})")}";

    /// <summary>Why an attempt is to be repeated.</summary>
    private sealed record Failure(string Why, ClusterException Cause, TimeSpan? RetryAfter = null, bool PushedBack = false);

    /// <summary>A batch on its way.</summary>
    private sealed class Sending(BulkBatch batch)
    {
        public BulkBatch Batch => batch;

        /// <summary>What is still to be decided, in pieces that go one at a time.</summary>
        public Stack<List<int>> Groups { get; } = new();

        public BulkReply Reply { get; } = new();

        /// <summary>Failures in a row.</summary>
        public int Failures { get; set; }

        public DateTimeOffset? FailingSince { get; set; }

        public int ServerErrors { get; set; }

        public bool LastConnectionWasLost { get; set; }

        public bool WasTriedAfterStop { get; set; }

        public void GoesOn() => (Failures, FailingSince, ServerErrors) = (0, null, 0);
    }
}
