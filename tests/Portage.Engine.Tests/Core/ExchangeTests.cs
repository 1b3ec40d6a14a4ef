using Portage.Engine.Operations;
using Portage.Engine.Questions;
using Portage.Model.Addresses;

namespace Portage.Engine.Tests.Core;

/// <summary>Two slices that exchange an index, which both are to give up first, cannot be put in order: that is said before a start. Who only compared gives up nothing.</summary>
public sealed class ExchangeTests
{
    private const string Slice = "metadata: { approve: none, replicas: 1 }\n        backfill: { approve: none }\n        validate: { approve: none }";
    private const string Refused = "logs/a@blue is to begin with b when logs/b@blue:metadata is taken back there; logs/b@blue is to begin with a when logs/a@blue:metadata is taken back there: they wait for each other, and nothing of it could begin.";

    [Fact]
    public void Start_BothGiveUpWhatTheOtherBeginsWith_IsRefusedWithAWayOut()
    {
        var story = Exchanged("logs/a", "logs/b");
        var refused = Assert.Single(story.StartSeeing().Diagnostics, diagnostic => diagnostic.Code == "PG2026");
        Assert.StartsWith($"{Refused} Nothing was started.", refused.Detail, StringComparison.Ordinal);
        Assert.EndsWith("or take a, b out of the slices, start, and bring them in where wanted afterwards.", refused.Detail, StringComparison.Ordinal);
        Assert.Null(story.Session.ActiveRun);

        Assert.Equal("workflow collect logs/b@blue:metadata logs/b@blue:backfill --cancel", refused.Command);
        Assert.False(story.Do(new Operation.Collect(["logs/b@blue:metadata", "logs/b@blue:backfill"], IsWanted: false) { By = "ann" }).HasFailed);
        Ends(story);
    }

    /// <summary>A comparison leaves nothing on the target that somebody would have to wait for.</summary>
    [Fact]
    public void Start_OneGivesUpOnlyAComparison_Ends()
    {
        var story = Exchanged("logs/a", "logs/b@blue:validate");
        Assert.False(story.StartSeeing().HasFailed);
        Ends(story);
    }

    [Fact]
    public void Start_OnlyOneGivesUpWhatTheOtherBeginsWith_Ends()
    {
        var story = Exchanged("logs/a");
        Assert.False(story.StartSeeing().HasFailed);
        Ends(story);
    }

    /// <summary>Each moves on by one: the first gives up its own, and the second begins with that.</summary>
    [Fact]
    public void Start_OneGoesAfterTheOther_Ends()
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Config("a", "b")).Finish();
        story = Edited(story, Config("c", "a"), "logs/a", "logs/b");
        Assert.False(story.StartSeeing().HasFailed);
        Ends(story, "c");
    }

    /// <summary>What a slice that was taken out has is taken back together with what the other one left in the same index, and that one waits for it.</summary>
    [Theory]
    [InlineData("backfill: { approve: none }")]
    [InlineData("backfill: { skip: true }")]
    public void Start_WaitsForWhatGoesTogetherWithItsOwn_IsRefused(string backfill)
    {
        var story = new Story { Names = ["a", "b", "c"] }.Start(Of("a", "b")).Finish();
        Through(Edited(story, Of("c", "a, b")));
        Edited(story, Of("b", "z").Split("  b:")[0]);
        Assert.False(story.Do(new Operation.Collect(["logs/a", "logs/b"], IsWanted: true) { By = "ann" }).HasFailed);
        var refused = Assert.Single(story.StartSeeing().Diagnostics, diagnostic => diagnostic.Code == "PG2026");
        Assert.StartsWith("logs/a@blue is to begin with b when logs/b@blue:metadata is taken back there: that waits for its own change, and nothing of it could begin.", refused.Detail, StringComparison.Ordinal);

        string Of(string a, string b) => Config(a, b).Replace("backfill: { approve: none }", backfill, StringComparison.Ordinal);
    }

    internal static Story Exchanged(params string[] asked) => Edited(new Story().Start(Config("a", "b")).Finish(), Config("b", "a"), asked);

    private static Story Edited(Story story, string config, params string[] asked)
    {
        var configured = story.Do(new Operation.Configure(config, "test", null) { By = "ann" });
        Assert.False(configured.HasFailed, string.Join('\n', configured.Diagnostics));
        story.Do(new Operation.Commit { By = "ann" });
        foreach (var pattern in asked)
        {
            Assert.False(story.Do(new Operation.Collect([pattern], IsWanted: true) { By = "ann" }).HasFailed);
        }

        return story;
    }

    private static string Config(string a, string b) => Story.Config(Slice, $"b:\n        indices: {{ include: [{b}] }}\n        {Slice.Replace("replicas: 1", "replicas: 2", StringComparison.Ordinal)}")
        .Replace("include: [a] }\n        metadata: { approve: none, replicas: 1", $"include: [{a}] }}\n        metadata: {{ approve: none, replicas: 1", StringComparison.Ordinal);

    private static void Ends(Story story, string item = "b")
    {
        Through(story);
        Assert.Equal([item], story.Session.Steps[StepAddress.Parse("logs/a@blue:backfill")].Items!.Keys.Except(["a"]));
    }

    private static void Through(Story story)
    {
        if (story.Session.ActiveRun is null)
        {
            Assert.False(story.StartSeeing().HasFailed);
        }

        story.Finish();
        while (story.Session.Steps.Values.Where(step => step.OpenReview is not null).ToArray() is { Length: > 0 } open && story.Session.ActiveRun is not null)
        {
            foreach (var step in open)
            {
                Assert.False(story.Do(new Operation.Approve([new(step.Address, step.OpenReview!.Evidence)], null) { By = "ann" }).HasFailed);
            }

            story.Finish();
        }

        Assert.True(story.Session.ActiveRun is null, string.Join('\n', StatusQuestion.Answer(story.Planner, new(story.Home, story.Session), Story.Nothing, story.Now).Steps.Select(step => $"{step.Address}: {step.Situation}")));
    }
}
