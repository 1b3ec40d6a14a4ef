using Portage.Conformance;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Tests.Simulation;

/// <summary>The simulation's workers keep to the same contract as real ones; else it would prove nothing.</summary>
public sealed class SimWorkloadKitTests : WorkloadKit
{
    private readonly World _world = new(1) { HasFaults = false, HasLedger = false, WorkTotal = int.MaxValue };

    protected override IWorkloads Open() => new SimWorkloads(_world);

    protected override Task<T> PlayAsync<T>(Func<Task<T>> act) => _world.Play(act);

    protected override Task PauseAsync()
    {
        _world.GoOn(TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    protected override void Finish(WorkloadHandle workload) => _world.Work[workload.Id].Total = 0;

    protected override void Fail(WorkloadHandle workload) =>
        World.End(_world.Work[workload.Id], new WorkloadSighting.Failed(DiagnosticCatalog.StepBroke.Error(null, "It was told to."), IsTransient: true));

    protected override void Serve(WorkloadHandle workload, long lag) => _world.Serve(_world.Work[workload.Id], lag);

    protected override void Refuse(WorkloadHandle workload) =>
        World.End(_world.Work[workload.Id], new WorkloadSighting.EvidenceChanged(Approved with { Lines = ["there is more"] }));

    protected override void Kill(WorkloadHandle workload) => _world.Work[workload.Id].IsAlive = false;

    protected override void Hide(WorkloadHandle workload) => _world.HiddenUntil = TimeSpan.MaxValue;

    protected override void Reveal(WorkloadHandle workload) => _world.HiddenUntil = TimeSpan.Zero;
}
