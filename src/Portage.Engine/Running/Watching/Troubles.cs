using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Engine.Ports;
using Portage.Model.Addresses;

namespace Portage.Engine.Running.Watching;

/// <summary>What keeps a controller from seeing or reaching its workloads: tried again for ever, logged once, told to whoever asks.</summary>
internal sealed partial class Troubles(ITroubleBoard board, Backoff backoff, TimeProvider time, ILogger logger)
{
    private readonly TimeProvider _time = time;
    private readonly Backoff _backoff = backoff;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, WatchTrouble> _all = new(StringComparer.Ordinal);

    /// <summary>Something that is done for a flight, which may be in vain for a while.</summary>
    /// <param name="what">What cannot be done meanwhile, as <c>cannot be seen</c>.</param>
    public Endeavour Of(Attempt attempt, string what) => new(this, attempt, what);

    /// <summary>Does something again and again until it succeeds.</summary>
    /// <param name="act">Is given what to call when the trouble is over though it goes on.</param>
    /// <exception cref="StepException">It cannot be done, now or later.</exception>
    /// <exception cref="OperationCanceledException">Nobody wants it any more; a call that was under way was let end.</exception>
    public async Task<T> PersistAsync<T>(Attempt attempt, string what, Func<Endeavour, ValueTask<T>> act, CancellationToken cancellationToken)
    {
        var endeavour = Of(attempt, what);
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    return await act(endeavour);
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    throw;
                }
                catch (Exception failure) when (failure is not (StepException or OutOfMemoryException))
                {
                    pause = endeavour.Failed(failure);
                }

                await Task.Delay(pause, _time, cancellationToken);
            }
        }
        finally
        {
            endeavour.Over();
        }
    }

    private void Tell(string key, WatchTrouble? trouble)
    {
        lock (_gate)
        {
            if (trouble is not null)
            {
                _all[key] = trouble;
            }
            else if (!_all.Remove(key))
            {
                return;
            }

            board.Post([.. _all.Values]);
        }
    }

    [LoggerMessage(EventId = 2107, Level = LogLevel.Warning, Message = "The workload of {StepAddress} {What}: {Why} It may be at work as before; this is tried until it succeeds.")]
    private partial void LogTrouble(Exception? cause, StepAddress stepAddress, string what, string why);

    [LoggerMessage(EventId = 2108, Level = LogLevel.Information, Message = "The workload of {StepAddress}: '{What}' is over.")]
    private partial void LogOver(StepAddress stepAddress, string what);

    /// <summary>Something that may be in vain for a while.</summary>
    internal sealed class Endeavour(Troubles troubles, Attempt attempt, string what)
    {
        private readonly string _key = $"{attempt.Session} {attempt.Step} {what}";
        private DateTimeOffset? _since;
        private string? _logged;
        private int _tries;

        /// <summary>It was in vain once more.</summary>
        /// <returns>How long to wait before the next try.</returns>
        public TimeSpan Failed(Exception failure)
        {
            // An unknown exception of a backend is a defect, and still says nothing about the work.
            var why = failure is WorkloadUnreachableException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            var now = troubles._time.GetUtcNow();
            var pause = troubles._backoff.After(++_tries);
            if (_logged != why)
            {
                _logged = why;
                troubles.LogTrouble(failure, attempt.Step, what, why);
            }

            troubles.Tell(_key, new(attempt.Session, attempt.Step, what, why, _since ??= now, now, now + pause));
            return pause;
        }

        /// <summary>It succeeded, or nobody wants it any more.</summary>
        public void Over()
        {
            if (_since is null)
            {
                return;
            }

            (_since, _logged, _tries) = (null, null, 0);
            troubles.LogOver(attempt.Step, what);
            troubles.Tell(_key, null);
        }
    }
}
