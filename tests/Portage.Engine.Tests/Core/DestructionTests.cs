using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>What an approval of a destruction is for, and what it is not for.</summary>
public sealed class DestructionTests
{
    private static readonly Destruction Index = new(DestructionKind.DeleteIndex, "blue", "a", 3, 100, 0);
    private static readonly Destruction Documents = new(DestructionKind.DeleteDocuments, "blue", "a", 3, 100, 0);

    [Fact]
    public void IsBeyond_TheSameWithOtherCounts_IsWithin()
    {
        Assert.False((Index with { Documents = 5, Bytes = 7 }).IsBeyond([Index]));
        Assert.False((Index with { Foreign = 9 }).IsBeyond([Index with { Foreign = 1 }]));
    }

    [Fact]
    public void IsBeyond_OthersHaveWrittenSince_IsBeyond()
    {
        Assert.True((Index with { Foreign = 1 }).IsBeyond([Index]));
        Assert.True((Index with { Foreign = null }).IsBeyond([Index]));
    }

    [Fact]
    public void IsBeyond_AnotherThing_IsBeyond()
    {
        Assert.True((Index with { Name = "b" }).IsBeyond([Index]));
        Assert.True((Index with { Target = "green" }).IsBeyond([Index]));
        Assert.True(Index.IsBeyond([]));
    }

    [Fact]
    public void IsBeyond_IndexThatMayGo_MayBeEmptiedAndNotTheOtherWayRound()
    {
        Assert.False(Documents.IsBeyond([Index]));
        Assert.True(Index.IsBeyond([Documents]));
    }

    [Fact]
    public void Key_OthersHaveWrittenOrNobodyCanTell_IsAnother()
    {
        Assert.NotEqual(Index.Key, (Index with { Foreign = 1 }).Key);
        Assert.NotEqual(Index.Key, (Index with { Foreign = null }).Key);
        Assert.Equal(Index.Key, (Index with { Documents = 9 }).Key);
    }

    [Theory]
    [InlineData(5L, 2L)]
    [InlineData(6L, null)]
    public void Explain_NumbersAgreeOrNot_SaysWhatIsOthersOrThatNobodyKnows(long there, long? foreign)
    {
        var explained = Destruction.Explain([Index with { Documents = there, Foreign = null }, Documents with { Documents = 3, Foreign = 2 }]);
        Assert.Equal(foreign, explained[0].Foreign);
    }

    /// <summary>As after a kill in the middle of taking them back: that the index goes as well makes nothing of it certain.</summary>
    [Theory]
    [InlineData(2L, "3 documents in 1 index on blue")]
    [InlineData(null, "up to 3 documents in 1 index on blue")]
    public void Explain_TheIndexGoesAsWell_TellsTheNumberAsSurelyAsItIsKnown(long? foreign, string text)
    {
        var explained = Destruction.Explain([Index with { Documents = 5, Foreign = null }, Documents with { Documents = 3, Foreign = foreign }]);
        Assert.Equal(text, Assert.Single(DestructionText.Of([explained[1]])));
    }

    [Fact]
    public void Of_OursGoesAndOthersAreOverwritten_SaysBothAndNotThatTheyAreKept()
    {
        var overwritten = new Destruction(DestructionKind.OverwriteDocuments, "blue", "a", 2, null, 2);
        Assert.Equal("3 documents in 1 index, up to 2 documents overwritten in 1 index on blue, 2 of them not written by Portage", Assert.Single(DestructionText.Of([Documents with { Foreign = 2 }, overwritten])));
        Assert.Equal([Index], DestructionText.Merge([overwritten, Documents, Index]));
    }

    /// <summary>However many are there, no more go than are sent in their place; whose those are nobody knows.</summary>
    [Fact]
    public void Size_FewerAreSentThanAreThere_IsBoundByThem()
    {
        var there = new Destruction(DestructionKind.OverwriteDocuments, "blue", "a", 500, null, 500) { SentMax = 40 };
        Assert.Equal("up to 40 documents, up to 40 of them not written by Portage", DestructionText.Size(there));
        Assert.Equal("up to 40 documents overwritten in 1 index on blue, up to 40 of them not written by Portage", Assert.Single(DestructionText.Of([there])));
        var known = there with { Foreign = 10, By = [new(StepAddress.Parse("logs/b@blue:backfill"), 490)] };
        Assert.Equal("up to 40 documents, up to 40 of them written by logs/b@blue:backfill, up to 10 of them not written by Portage", DestructionText.Size(known));
    }

    /// <summary>The bound counts for no approval: others are there, whatever part of them goes.</summary>
    [Fact]
    public void IsBeyond_OthersWroteAndFewAreSent_CountsAllThatIsThere()
    {
        var there = new Destruction(DestructionKind.OverwriteDocuments, "blue", "a", 500, null, 500) { SentMax = 40 };
        var known = there with { Foreign = 0, By = [new(StepAddress.Parse("logs/b@blue:backfill"), 500)] };
        Assert.True((there with { Documents = 510, Foreign = 510 }).IsBeyond([known]));
        Assert.False(there.IsBeyond([known]));
    }
}
