using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Addresses;
using Portage.Model.Steps;

namespace Portage.Engine.Tests.Simulation;

/// <summary>What one controller sees of the workers.</summary>
internal sealed class SimWorkloads(World world) : IWorkloads
{
    public async ValueTask<WorkloadHandle> StartAsync(WorkloadAssignment assignment, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var work = world.WorkOf(assignment.Session, assignment.Step, assignment.Inputs.Fingerprints.Identity);
        if (work.IsAlive)
        {
            work.Tuning = assignment.Configuration;
            return work.Handle;
        }

        world.StartWorker(work, assignment.Configuration);
        await Task.Delay(TimeSpan.FromMilliseconds(world.Chance.Next(1, 200)), world.Time, cancellationToken);
        return work.Handle;
    }

    public async ValueTask<WorkloadHandle?> FindAsync(string session, StepAddress step, Fingerprint identity, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var work = world.WorkOf(session, step, identity);
        return work.IsAlive ? work.Handle : null;
    }

    public async ValueTask<WorkloadSighting> ObserveAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var work = world.Work[workload.Id];
        return work switch
        {
            { Outcome: { } outcome } when work.Token == workload.Token => outcome,
            { IsAlive: true } => new WorkloadSighting.Alive(),
            _ => new WorkloadSighting.Lost("The worker is gone.", work.HasMoved),
        };
    }

    public async ValueTask<bool> AdoptAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return world.Work[workload.Id] is { IsAlive: true } work && work.Token == workload.Token;
    }

    public async ValueTask<bool> AdjustAsync(WorkloadHandle workload, string configuration, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var work = world.Work[workload.Id];
        work.Tuning = configuration;
        return work.Configuration == configuration;
    }

    public async ValueTask StopAsync(WorkloadHandle workload, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (world.Work[workload.Id] is { IsAlive: true } work && work.Token == workload.Token)
        {
            work.IsAskedToStop = true;
        }
    }
}
