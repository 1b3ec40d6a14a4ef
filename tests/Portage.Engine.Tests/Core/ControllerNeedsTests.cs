using Portage.Engine.Core;
using Portage.Engine.Operations;
using Portage.Engine.Tests.Doubles;
using Portage.Model.Diagnostics;

namespace Portage.Engine.Tests.Core;

/// <summary>A controller carries out all that is under way, destruction too: which verbs begin one, and what they say goes on by it.</summary>
public sealed class ControllerNeedsTests
{
    private const string Backfill = "logs/a@blue:backfill";

    private static readonly Operation Stopping = new Operation.Stop { By = "ann" };

    [Fact]
    public void IsNeededBy_VerbsByWhichSomethingGoesOn_Is()
    {
        var story = Story.AtBackfill();
        Assert.All((Operation[])[new Operation.Start(null) { By = "ann" }, new Operation.Approve([], null) { By = "ann" }, new Operation.Reject([], null) { By = "ann" }, new Operation.Resume(["*"]) { By = "ann" }, Stopping], operation => Assert.True(IsNeeded(story, operation)));
    }

    [Fact]
    public void IsNeededBy_VerbsThatOnlyWriteDown_IsNot()
    {
        var story = Story.AtBackfill();
        Assert.All(
            (Operation[])[
                new Operation.CreateSession("new", null) { By = "ann" }, new Operation.SwitchSession("default") { By = "ann" }, new Operation.RenameSession("default", "new") { By = "ann" }, new Operation.DeleteSession("default", false) { By = "ann" },
                new Operation.Configure("", "c", null) { By = "ann" }, new Operation.Commit { By = "ann" }, new Operation.Discard { By = "ann" }, new Operation.RevertTo(1) { By = "ann" },
                new Operation.Redo(["*"], true) { By = "ann" }, new Operation.Collect(["*"], true) { By = "ann" }],
            operation => Assert.False(IsNeeded(story, operation)));
    }

    [Fact]
    public void IsNeededBy_WhatIsRefused_IsNot() =>
        Assert.False(IsNeeded(Story.AtBackfill(), Stopping, OperationResult.Refused(DiagnosticCatalog.NothingRuns.Error(null, "No."))));

    [Fact]
    public void IsNeededBy_WhatDoesNothing_IsNot() =>
        Assert.False(IsNeeded(Story.AtBackfill(), new Operation.Resume(["*"]) { By = "ann" }, new() { NothingToDo = true }));

    [Fact]
    public void IsNeededBy_AnotherSessionThanTheOneUnderWay_IsNot()
    {
        var story = Story.AtBackfill();
        story.Do(new Operation.CreateSession("other", null) { By = "ann" });
        Assert.False(IsNeeded(story, Stopping));
        Assert.True(IsNeeded(story, Stopping with { Session = "default" }));
    }

    [Fact]
    public void IsNeededBy_APause_IsWhereAWorkerIsToEnd()
    {
        var story = Story.AtBackfill().Begun(Backfill);
        Assert.True(IsNeeded(story, new Operation.Pause([Backfill]) { By = "ann" }));
        Assert.False(IsNeeded(story, new Operation.Pause(["logs/a@blue:validate"]) { By = "ann" }));
    }

    [Fact]
    public void IsNeededBy_APauseOfWhatAControllerDoesItself_IsNot()
    {
        // It was killed with the snapshot, and then with the look of metadata, in its hands.
        var story = new Story().Start(Story.Config("metadata: { approve: none }"));
        story.Settle();
        Assert.False(IsNeeded(story, new Operation.Pause(["*"]) { By = "ann" }));
        story.Report("logs/main:snapshot").Settle();
        Assert.NotEmpty(AtWork.Of(story.Session));
        Assert.False(IsNeeded(story, new Operation.Pause(["*"]) { By = "ann" }));
    }

    [Fact]
    public void WhatGoesOn_OfSeveralSessions_TellsEveryRunThatWasThereAndIsNotHeld()
    {
        var story = Story.AtBackfill();
        story.Do(new Operation.CreateSession("copy", "default") { By = "ann" });
        story.Do(new Operation.Commit { By = "ann" });
        Assert.Equal("A controller goes on with run 1 of session default.", ControllerNeeds.WhatGoesOn(story.Home, started: null));
        Assert.Null(ControllerNeeds.WhatGoesOn(story.Home, started: "default"));
        story.Do(new Operation.Pause(["*"]) { By = "ann", Session = "default" });
        Assert.Null(ControllerNeeds.WhatGoesOn(story.Home, started: null));
    }

    private static bool IsNeeded(Story story, Operation operation, OperationResult? result = null) =>
        ControllerNeeds.IsNeededBy(Kinds.Planner, operation, result ?? new(), story.Home);
}
