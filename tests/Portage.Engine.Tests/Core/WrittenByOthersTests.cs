using System.Collections.Immutable;
using Portage.Model.Addresses;
using Portage.Planning;
using Portage.Planning.Destroying;

namespace Portage.Engine.Tests.Core;

/// <summary>Documents that another slice wrote are Portage's: a review names that slice, and counts only the others as somebody else's.</summary>
public sealed class WrittenByOthersTests
{
    private static readonly StepAddress X = StepAddress.Parse("logs/x@blue:backfill");
    private static readonly StepAddress Z = StepAddress.Parse("logs/z@blue:backfill");
    private static readonly Destruction Over = new(DestructionKind.OverwriteDocuments, "blue", "a", 501, null, 501) { Item = "a" };

    [Theory]
    [InlineData(501, 0L, 0L, "overwrite documents of a on blue: up to 501 documents, 501 of them written by logs/x@blue:backfill")]
    [InlineData(500, 1L, 1L, "overwrite documents of a on blue: up to 501 documents, 500 of them written by logs/x@blue:backfill, 1 of them not written by Portage")]
    [InlineData(500, null, null, "overwrite documents of a on blue: up to 501 documents, up to 500 of them written by logs/x@blue:backfill, perhaps some that Portage did not write")]
    public void Explain_AnotherSliceWroteThere_TellsWhoseTheyAre(long theirs, long? others, long? foreign, string text)
    {
        var told = Assert.Single(WrittenByOthers.Explain([Over], [new(X, null, [Ours(theirs, others)])]));
        Assert.Equal((foreign, foreign is not 0), (told.Foreign, told.HasForeign));
        Assert.Equal(text, DestructionText.Line(told));
    }

    [Fact]
    public void Explain_TwoSlicesWroteThere_NamesBoth()
    {
        var told = Assert.Single(WrittenByOthers.Explain([Over], [new(X, null, [Ours(300, 201)]), new(Z, null, [Ours(200, 301)])]));
        Assert.Equal(1, told.Foreign);
        Assert.Equal([new(X, 300), new(Z, 200)], told.By!.Value.AsEnumerable());
    }

    [Fact]
    public void Explain_OfAnotherIndexOrKind_SaysNothingMore()
    {
        ImmutableArray<Destruction> found = [Over, Ours(100, 5), Over with { Kind = DestructionKind.DeleteIndex }, Ours(100, 0)];
        Assert.Equal(found.AsEnumerable(), WrittenByOthers.Explain(found, [new(X, null, [Ours(501, 0) with { Name = "b" }])]));
        Assert.Equal(found[2..].AsEnumerable(), WrittenByOthers.Explain(found, [new(X, null, [Ours(501, 0)])])[2..]);
        Assert.Equal(["a"], WrittenByOthers.AskedIn(found[..1]));
        Assert.Equal(["a"], WrittenByOthers.AskedIn(found[1..2]));
        Assert.Empty(WrittenByOthers.AskedIn(found[2..]));
    }

    /// <summary>What goes is what is there now and the step's own: not what another slice has written over since, and not what is nobody's of Portage.</summary>
    [Theory]
    [InlineData(240, null, 240, 0L, 0, "0 documents; 240 that logs/x@blue:backfill wrote are not among them; what Portage did not write stays")]
    [InlineData(240, null, 200, 40L, 40, "up to 40 documents; 200 that logs/x@blue:backfill wrote are not among them; what Portage did not write stays")]
    [InlineData(100, 140L, 140, 100L, 100, "100 documents; 140 that logs/x@blue:backfill wrote are not among them")]
    [InlineData(100, 141L, 140, 101L, 100, "100 documents; 140 that logs/x@blue:backfill wrote are not among them; 1 that Portage did not write stays")]
    [InlineData(2, 241L, 240, null, 2, "2 documents; up to 240 that logs/x@blue:backfill wrote are not among them; what Portage did not write stays")]
    [InlineData(2, 3L, 240, null, 2, "2 documents; up to 3 that logs/x@blue:backfill wrote are not among them; what Portage did not write stays")]
    [InlineData(23, null, 23, null, 23, "up to 23 documents; what Portage did not write stays")]
    public void Explain_OfWhatIsTakenBack_CountsWhatIsItsOwnNow(long ours, long? besides, long theirs, long? others, long left, string text)
    {
        var told = Assert.Single(WrittenByOthers.Explain([Ours(ours, besides)], [new(X, null, [Ours(theirs, others)])]));
        Assert.Equal(left, told.Documents);
        Assert.Equal($"delete the documents that Portage wrote to a on blue: {text}", DestructionText.Line(told));
        Assert.StartsWith(text.Split(" documents")[0], Assert.Single(DestructionText.Of([told])), StringComparison.Ordinal);

        // An approval is for the same thing, whoever asked the others.
        Assert.False(Ours(ours, besides).IsBeyond([told]));
    }

    /// <summary>Another session of Portage is no stranger, though a start is refused because of it.</summary>
    [Fact]
    public void Explain_AnotherSessionWroteThere_NamesIt()
    {
        var told = Assert.Single(WrittenByOthers.Explain([Over], [new(X, "trial", [Ours(501, 0)])]));
        Assert.Equal("overwrite documents of a on blue: up to 501 documents, 501 of them written by logs/x@blue:backfill of session trial", DestructionText.Line(told));
        Assert.False(told.HasForeign);
    }

    /// <summary>Two slices take back what each wrote in one index: all of that goes, once.</summary>
    [Theory]
    [InlineData(100, 140L, 140, 100L, "240 documents in 1 index on blue")]
    [InlineData(120, 120L, 120, 120L, "240 documents in 1 index on blue")]
    [InlineData(100, 141L, 140, 101L, "240 documents in 1 index on blue; keeps 1 document there that Portage did not write")]
    [InlineData(240, null, 240, 0L, "240 documents in 1 index on blue")]
    [InlineData(240, null, 200, 40L, "up to 240 documents in 1 index on blue")]
    public void Of_TwoSlicesTakeBackTheirOwn_CountsBoth(long ours, long? besides, long theirs, long? others, string text)
    {
        var one = WrittenByOthers.Explain([Ours(ours, besides)], [new(X, null, [Ours(theirs, others)])]);
        var other = WrittenByOthers.Explain([Ours(theirs, others)], [new(Z, null, [Ours(ours, besides)])]);
        Assert.Equal([text], DestructionText.Of([.. one, .. other, .. other]));
    }

    /// <summary>Whoever made the index learns from both that all of it is Portage's.</summary>
    [Fact]
    public void Explain_AnIndexThatTwoSlicesFilled_IsAllOfPortages()
    {
        var own = WrittenByOthers.Explain([Ours(100, 140)], [new(X, null, [Ours(140, 100)])]);
        var index = new Destruction(DestructionKind.DeleteIndex, "blue", "a", 240, null, null);
        Assert.Equal(0, Destruction.Explain([index, .. own])[0].Foreign);
    }

    /// <summary>One slice wrote over some of another's: that one cannot tell what is left of its own, and what the first did not write is not all nobody's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Explain_AnIndexWhereOneWroteOverTheOthers_TellsNobodyThatItIsNotPortages(bool isAsked)
    {
        var (one, two) = (Ours(240, null), Ours(2, 241));
        ImmutableArray<Destruction> own = isAsked ? [.. WrittenByOthers.Explain([one], [new(Z, null, [two])]), .. WrittenByOthers.Explain([two], [new(X, null, [one])])] : [one, two];
        var index = new Destruction(DestructionKind.DeleteIndex, "blue", "a", 243, null, null);
        Assert.Null(Destruction.Explain([index, .. own])[0].Foreign);
        Assert.Equal(["1 index, 243 documents on blue, in 1 index perhaps some that Portage did not write"], DestructionText.Of(Destruction.Explain([index, .. own])));
    }

    [Theory]
    [InlineData(501, false)]
    [InlineData(502, true)]
    public void IsBeyond_ALookThatCouldNotAskTheOther_CountsWhatWasKnownOfIt(long there, bool isBeyond)
    {
        var approved = WrittenByOthers.Explain([Over], [new(X, null, [Ours(501, 0)])]);
        Assert.Equal(isBeyond, (Over with { Documents = there, Foreign = there }).IsBeyond(approved));
    }

    [Fact]
    public void Knowing_WhatWasApproved_IsToldOfTheSameThing()
    {
        var approved = WrittenByOthers.Explain([Over], [new(X, null, [Ours(501, 0)])]);
        Assert.Equal((1L, 501L), ((Over with { Documents = 502, Foreign = 502 }).Knowing(approved) is var told ? told.Foreign!.Value : 0, told.By!.Value.Single().Documents));
        Assert.Null((Over with { Name = "b" }).Knowing(approved).By);
    }

    private static Destruction Ours(long documents, long? others) => new(DestructionKind.DeleteDocuments, "blue", "a", documents, null, others) { Item = "a" };
}
