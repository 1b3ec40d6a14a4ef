using System.Collections.Immutable;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>A plan that may destroy is started only after somebody looked what is there.</summary>
public sealed class ConsentTests
{
    private const string Validate = "logs/a@blue:validate";
    private const string Backfill = "logs/a@blue:backfill";

    [Fact]
    public void Start_NobodyLookedWhatIsThere_IsRefused()
    {
        var story = ToBeRedone();
        Refused(story, DiagnosticCatalog.DestructionUnseen, $"{Backfill} may destroy something, and nobody looked what is there now.");
    }

    [Fact]
    public void Start_WhatIsThereCouldNotBeSeen_IsRefused()
    {
        var story = ToBeRedone();
        Refused(story, DiagnosticCatalog.DestructionUnseen, $"{Backfill}: The target is away.", new Seen(StepAddress.Parse(Backfill), [], "The target is away."), new Seen(StepAddress.Parse(Validate), [], null));
    }

    [Fact]
    public void Start_NothingIsThere_NeedsNoName()
    {
        var story = ToBeRedone();
        Assert.False(story.Do(new Operation.Start(null) { By = "ann", Seen = [new(StepAddress.Parse(Backfill), [], null), new(StepAddress.Parse(Validate), [], null)] }).HasFailed);
    }

    [Fact]
    public void Start_OfAnUpdateThatMayHaveToMakeAnewWhatIsThere_IsRefusedUntilSomebodyLookedAndNamesThePlan()
    {
        const string metadata = "logs/a@blue:metadata";
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        Commit(story, "metadata: { approve: none, replicas: 2 }");
        Refused(story, DiagnosticCatalog.DestructionUnseen, $"{metadata} may destroy something, and nobody looked what is there now.");
        Refused(story, DiagnosticCatalog.PlanDestroys, "It destroys 1 index, 3 documents on blue.", new Seen(StepAddress.Parse(metadata), story.There, null));
    }

    [Fact]
    public void Start_OfAFirstBackfillThatOverwrites_IsRefusedUntilSomebodyLookedAndNamesThePlan()
    {
        var story = new Story();
        Commit(story, "metadata: { approve: none }\n        backfill: { conflict: overwrite }");
        var seen = new Seen(StepAddress.Parse(Backfill), [new(DestructionKind.OverwriteDocuments, "blue", "a", 3, null, 3) { Item = "a" }], null);
        Assert.Equal(DiagnosticCatalog.DestructionUnseen.Code, Assert.Single(story.Do(new Operation.Start(null) { By = "ann" }).Diagnostics).Code);
        Assert.Equal(DiagnosticCatalog.PlanDestroys.Code, Assert.Single(story.Do(new Operation.Start(null) { By = "ann", Seen = [seen] }).Diagnostics).Code);
        Assert.Empty(story.Session.Runs);
        Assert.False(story.Do(new Operation.Start(null) { By = "ann", Seen = [seen with { Destroys = [] }] }).HasFailed);
    }

    [Fact]
    public void DestroysText_OfARedoThatMayNotCome_SaysSo()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }")).Finish();
        story.Do(new Operation.Redo(["logs/main:snapshot"], IsWanted: true) { By = "ann" });
        var config = Configuration.Reading.ConfigurationReader.ReadCanonical(story.Session.Current!.Configuration).Config!;
        var there = new Observation(story.There, null);
        var plan = story.Planner.Plan(config, story.Session.Recorded(), new Dictionary<StepAddress, Observation> { [StepAddress.Parse("logs/a@blue:metadata")] = there, [StepAddress.Parse(Backfill)] = new([], null) }).Plan;
        Assert.All(plan.Changes.Where(change => change.Destroys.Length > 0), change => Assert.True(change.IsConditional));
        Assert.Empty(plan.CertainlyDestroys);
        Assert.Equal(story.There.AsEnumerable(), plan.PerhapsDestroys);
        Assert.Equal("may destroy, if it comes to that, up to 1 index, 3 documents on blue", plan.DestroysText);
        Assert.True(plan.IsDestructive);
    }

    private static void Commit(Story story, string slice)
    {
        Assert.False(story.Do(new Operation.Configure(Story.Config(slice), "test", null) { By = "ann" }).HasFailed);
        story.Do(new Operation.Commit { By = "ann" });
    }

    private static Story ToBeRedone()
    {
        var story = new Story().Start(Story.Config("metadata: { approve: none }\n        backfill: { approve: none }\n        validate: { approve: none }")).Finish();
        Assert.False(story.Do(new Operation.Redo([Backfill], IsWanted: true) { By = "ann" }).HasFailed);
        return story;
    }

    private static void Refused(Story story, DiagnosticKind kind, string words, params ImmutableArray<Seen> seen)
    {
        var refused = Assert.Single(story.Do(new Operation.Start(null) { By = "ann", Seen = seen }).Diagnostics);
        Assert.Equal(kind.Code, refused.Code);
        Assert.StartsWith(words, refused.Detail, StringComparison.Ordinal);
        Assert.Single(story.Session.Runs);
    }
}
