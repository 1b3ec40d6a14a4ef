using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Portage.Configuration;
using Portage.Engine.Core;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Running;

/// <content>What work that is over had set aside.</content>
internal sealed partial class EffectPerformer
{
    internal void ClaimPutBack(string session, StepRecord had)
    {
        var flights = Of(session);
        flights.Open(Attempt.Of(session, had), RunsAs.Light);
        flights.MarkPuttingBack(had.Address);
    }

    /// <param name="run">The last there was.</param>
    /// <param name="config">That the work was begun with.</param>
    internal void PutBack(string session, int run, StepRecord had, MigrationConfig config, ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        var flight = Of(session)[had.Address];
        flight.Work = PutBackAsync(flight, run, had, config, outputs);
    }

    private async Task PutBackAsync(Flight flight, int run, StepRecord had, MigrationConfig config, ImmutableDictionary<StepAddress, StepOutputs> outputs)
    {
        await Task.Yield();
        var (session, _, address, attempt) = flight.Attempt;
        using var scope = _logger.BeginScope(flight.Attempt.Fields);
        StepPutBack done;
        try
        {
            var folder = _folders.Of(session, address, had.Inputs!.Fingerprints.Identity);
            if (_steps[address.Kind] is IPutsBack step)
            {
                var context = new PutBackContext
                {
                    Session = session, Run = run, Address = address, Attempt = attempt, Config = config, Inputs = had.Inputs, Outputs = outputs,
                    Secrets = _secrets, Files = _folders.Files(folder), Time = _time, Logger = _logger, Progress = static _ => { }, AssertLease = static () => { },
                };
                await step.PutBackAsync(context, _ending.Token);
            }

            done = new(session, run, address, null);
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            var because = StepFailure.Of(address, thrown).Because;
            LogNotPutBack(thrown, address, because.Detail);
            done = new(session, run, address, because);
        }

        await _report(new(flight, [done], EndsFlight: true));
    }

    [LoggerMessage(EventId = 2109, Level = LogLevel.Warning, Message = "What {StepAddress} had set aside is not put back: {Detail}")]
    private partial void LogNotPutBack(Exception failure, StepAddress stepAddress, string detail);
}
