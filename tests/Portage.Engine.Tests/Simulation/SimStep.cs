using System.Collections.Immutable;
using Portage.Engine.Ledger;
using Portage.Engine.Ports;
using Portage.Model.Diagnostics;
using Portage.Model.Steps;
using Portage.Planning;

namespace Portage.Engine.Tests.Simulation;

/// <summary>The half of a step kind that runs in the controller: it takes a while, fails now and then, and leaves what its inputs say.</summary>
internal sealed class SimStep(World world, IStepDefinition definition) : IStep, IEvaluated, IDestroying, IPutsBack
{
    public IStepDefinition Definition => definition;

    /// <summary>What would be destroyed of a step's items.</summary>
    /// <param name="items">Default for all that it has.</param>
    public static ImmutableArray<Destruction> Destroyed(ImmutableArray<string> items, StepRecord? had) =>
        [.. (items.IsDefault ? had?.Items?.Keys ?? ["all"] : items).Select(item => new Destruction(DestructionKind.DeleteIndex, "blue", item, 3, 100, 0) { Item = item })];

    public ValueTask<ImmutableArray<Destruction>> LookAsync(LookContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Destroyed(context.Items, null));

    public async ValueTask<StepReport> EvaluateAsync(EvaluateContext context, CancellationToken cancellationToken)
    {
        world.Begins(context.Session, context.Run, context.Address, context.Attempt);
        await WorkAsync(cancellationToken);
        var had = world.State.Sessions.GetValueOrDefault(context.Session)?.Steps.GetValueOrDefault(context.Address);
        var destroyed = had is { HasEffects: true, State: not StepState.Evaluated } ? Destroyed(context.Redo, had) : [];

        // Some cannot be changed in place, though the plan hoped so; of what is not selected any more, none is changed.
        if (world.HasFaults && definition.GatePlacement == GatePlacement.BeforeRun && destroyed.IsEmpty && had is { HasEffects: true, Items: { } items }
            && context.Inputs.Items.Select(item => item.Name).FirstOrDefault(items.ContainsKey) is { } stubborn && world.Chance.Next(3) == 0)
        {
            destroyed = Destroyed([stubborn], had);
        }

        return new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", world.Conflicts), [$"{World.NameOf(context.Address)} would do {world.Round}"]) { Destroys = destroyed };
    }

    public async ValueTask<StepResult> RunAsync(RunContext context, CancellationToken cancellationToken)
    {
        world.Begins(context.Session, context.Run, context.Address, context.Attempt);
        world.Runs(context.Session, context.Address, context.Inputs);
        await WorkAsync(cancellationToken);
        return world.HasFaults && definition.GatePlacement == GatePlacement.BeforeRun && world.Chance.Next(8) == 0
            ? new StepResult.EvidenceChanged(new(ImmutableSortedDictionary<string, long>.Empty.Add("conflicts", 0), [$"another look {world.Chance.Next(1000)}"]))
            : world.Done(context.Address, context.Inputs);
    }

    public async ValueTask<RevertResult> RevertAsync(RevertContext context, CancellationToken cancellationToken)
    {
        world.Begins(context.Session, context.Run, context.Address, context.Attempt);
        world.Reverts(context);
        await WorkAsync(cancellationToken);
        if (world.HasFaults && world.Chance.Next(12) == 0)
        {
            return new RevertResult.Changed([new(DestructionKind.DeleteIndex, "blue", "another", 1, 1, 1)]);
        }

        world.TakeBack(context.Session, context.Address, context.Items);
        return new RevertResult.Done();
    }

    public async ValueTask PutBackAsync(PutBackContext context, CancellationToken cancellationToken)
    {
        await WorkAsync(cancellationToken);
        world.PutBack(context.Session, context.Address);
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
