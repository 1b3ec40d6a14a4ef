using System.Collections.Immutable;
using Portage.Configuration.Reading;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Addresses;
using Portage.Planning;

namespace Portage.Engine.Tests.Core;

/// <summary>A person approves a plan by its hash: whatever else would happen, or happen unasked, has another one.</summary>
public sealed class PlanHashTests
{
    private static readonly ImmutableDictionary<StepAddress, WantedStep> Steps = Kinds.Planner.Wanted(ConfigurationReader.ReadCanonical(ConfigurationReader.Read(Story.Config(), "test").Canonical!).Config!)
        .ToImmutableDictionary(step => step.Address);

    private static readonly StepAddress Backfill = StepAddress.Parse("logs/a@blue:backfill");

    private static readonly Destruction Index = new(DestructionKind.DeleteIndex, "blue", "a", 3, 100, 0) { Item = "a" };

    private static StepChange Redo => new StepChange.Redo(Backfill, Conditional: false, []) { Redone = ["a"] };

    [Fact]
    public void HashOf_TheSameForOtherReasonsAndCounts_IsTheSame()
    {
        Assert.Equal(HashOf(Redo), HashOf(new StepChange.Redo(Backfill, Conditional: false, [new(null, null, null, "why")]) { Redone = ["a"] }));
        Assert.Equal(HashOf(Redo with { Destroys = [Index] }), HashOf(Redo with { Destroys = [Index with { Documents = 9, Bytes = 1 }] }));
    }

    [Fact]
    public void HashOf_ARedoThatIsCertain_IsAnother() => Assert.NotEqual(HashOf(Redo), HashOf(new StepChange.Redo(Backfill, Conditional: true, []) { Redone = ["a"] }));

    [Fact]
    public void HashOf_OtherItems_IsAnother()
    {
        Assert.NotEqual(HashOf(Redo), HashOf(Redo with { Redone = ["a", "b"] }));
        Assert.NotEqual(HashOf(Redo), HashOf(Redo with { Redone = default }));
        Assert.NotEqual(HashOf(Redo), HashOf(Redo with { Added = ["b"] }));
    }

    [Fact]
    public void HashOf_OtherThingsDestroyed_IsAnother()
    {
        Assert.NotEqual(HashOf(Redo), HashOf(Redo with { Destroys = [Index] }));
        Assert.NotEqual(HashOf(Redo with { Destroys = [Index] }), HashOf(Redo with { Destroys = [Index with { Foreign = 1 }] }));
        Assert.NotEqual(HashOf(Redo with { Destroys = [Index] }), HashOf(Redo with { Destroys = [Index], Unseen = "The target is away." }));
    }

    [Fact]
    public void HashOf_AReviewIsGone_IsAnother()
    {
        Assert.NotEqual(GateRule.None, Steps[Backfill].Gate);
        Assert.NotEqual(HashOf(Redo), HashOf(Redo, Steps[Backfill] with { Gate = GateRule.None }));
    }

    [Fact]
    public void HashOf_AnotherVersionOrValue_IsAnother()
    {
        Assert.NotEqual(HashOf(Redo), HashOf(Redo, Steps[Backfill] with { Version = 9 }));
        var given = Steps[Backfill].Inputs[0] with { Value = "9", IsDefault = false };
        Assert.NotEqual(HashOf(Redo, Steps[Backfill] with { Inputs = [given] }), HashOf(Redo, Steps[Backfill] with { Inputs = [given with { Value = "8" }] }));
    }

    private static Model.Steps.Fingerprint HashOf(StepChange change, WantedStep? step = null) => Plan.HashOf([change], step is null ? Steps : Steps.SetItem(step.Address, step));
}
