using System.Collections.Immutable;
using Portage.Engine.Operations;
using Portage.Model.Addresses;
using Portage.Model.Diagnostics;

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
