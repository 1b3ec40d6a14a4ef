using System.Runtime.CompilerServices;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Simulation;

/// <summary>What one controller sees of the workers; now and then it cannot see them, whatever they do meanwhile.</summary>
internal sealed class SimWorkloads(World world) : IWorkloads
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    public async ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken)
    {
        world.Begins(assignment.Session, assignment.Run, assignment.Step, assignment.Attempt);
        world.Runs(assignment.Session, assignment.Step, assignment.Inputs);
        await ReachAsync();
        var work = world.WorkOf(assignment.Session, assignment.Step, assignment.Inputs.Fingerprints.Identity);
        if (work.IsAlive)
        {
            work.Tuning = assignment.Configuration;
            return work.Handle;
        }

        world.StartWorker(work, assignment.Configuration);
        await Task.Delay(TimeSpan.FromMilliseconds(world.Chance.Next(1, 200)), world.Time, cancellationToken);

        // It runs, and whoever started it does not hear of it.
        await ReachAsync();
        return work.Handle;
    }

    public async ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken)
    {
        await ReachAsync();
        var work = world.WorkOf(session, step, identity);
        return work.IsAlive ? work.Handle : null;
    }

    public async IAsyncEnumerable<WorkloadSighting> WatchAsync(WorkloadHandle workload, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var before = default(WorkloadSighting); ;)
        {
            await ReachAsync();
            var work = world.Work[workload.Id];
            WorkloadSighting sighting = work switch
            {
                { Outcome: { } outcome } when work.Token == workload.Token => outcome,
                { IsAlive: true } when work.Token == workload.Token => work.Serving ?? (WorkloadSighting)new WorkloadSighting.Alive(),
                { IsAlive: true } => new WorkloadSighting.Alive(),
                _ => new WorkloadSighting.Lost("The worker is gone.", work.HasMoved),
            };
            if (sighting is not (WorkloadSighting.Alive or WorkloadSighting.Serving))
            {
                yield return sighting;
                yield break;
            }

            if (before is null || (sighting is WorkloadSighting.Serving && sighting != before))
            {
                yield return sighting;
                before = sighting;
            }

            await Task.Delay(LookInterval, world.Time, cancellationToken);
        }
    }

    public async ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        await ReachAsync();
        return world.Work[workload.Id] is { IsAlive: true } work && work.Token == workload.Token && work.Identity == workload.Identity;
    }

    public async ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken)
    {
        await ReachAsync();
        var work = world.Work[workload.Id];
        work.Tuning = configuration;
        return work.Configuration == configuration;
    }

    public async ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        await ReachAsync();
        if (world.Work[workload.Id] is { IsAlive: true } work && work.Token == workload.Token)
        {
            work.IsAskedToStop = true;
        }
    }

    private async ValueTask ReachAsync()
    {
        await Task.Yield();
        world.Reach();
    }
}
