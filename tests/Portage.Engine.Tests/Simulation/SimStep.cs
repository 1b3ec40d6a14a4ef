using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Simulation;

/// <summary>The half of a step kind that runs in the controller: it takes a while, fails now and then, and leaves what its inputs say.</summary>
internal sealed class SimStep(World world, IStepDefinition definition) : IStep
{
    public IStepDefinition Definition => definition;

    public ValueTask<StepEstimate?> EstimateAsync(StepContext context, CancellationToken cancellationToken) => ValueTask.FromResult<StepEstimate?>(null);

    public async ValueTask<StepReport> EvaluateAsync(StepContext context, CancellationToken cancellationToken)
    {
        await WorkAsync(cancellationToken);
        return new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", world.Conflicts), [$"{World.NameOf(context.Address)} would do {world.Round}"]);
    }

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        await WorkAsync(cancellationToken);
        return world.HasFaults && definition.GatePlacement == GatePlacement.BeforeRun && world.Chance.Next(8) == 0
            ? new StepResult.EvidenceChanged(new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", 0), [$"another look {world.Chance.Next(1000)}"]))
            : World.Done(context.Address, context.Inputs!);
    }

    public async ValueTask RevertAsync(StepContext context, CancellationToken cancellationToken)
    {
        await WorkAsync(cancellationToken);
        world.TakeBack(context.Session, context.Address);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(world.Chance.Next(0, 800)), world.Time, cancellationToken);
        if (world.HasFaults && world.Chance.Next(10) == 0)
        {
            throw new StepException(DiagnosticCatalog.StepBroke.Error(null, "A simulated failure."), isTransient: world.Chance.Next(3) > 0, null);
        }

        if (world.HasFaults && world.Chance.Next(60) == 0)
        {
            throw new InvalidOperationException("A simulated defect.");
        }
    }
}
