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
    [InlineData(500, null, null, "overwrite documents of a on blue: up to 501 documents, 500 of them written by logs/x@blue:backfill, perhaps some that Portage did not write")]
    public void Explain_AnotherSliceWroteThere_TellsWhoseTheyAre(long theirs, long? others, long? foreign, string text)
    {
        var told = Assert.Single(WrittenByOthers.Explain([Over], [(X, [Ours(theirs, others)])]));
        Assert.Equal((foreign, foreign is not 0), (told.Foreign, told.HasForeign));
        Assert.Equal(text, DestructionText.Line(told));
    }

    [Fact]
    public void Explain_TwoSlicesWroteThere_NamesBoth()
    {
        var told = Assert.Single(WrittenByOthers.Explain([Over], [(X, [Ours(300, 201)]), (Z, [Ours(200, 301)])]));
        Assert.Equal(1, told.Foreign);
        Assert.Equal([new(X, 300), new(Z, 200)], told.By!.Value.AsEnumerable());
    }

    [Fact]
    public void Explain_OfAnotherIndexOrKind_SaysNothingMore()
    {
        ImmutableArray<Destruction> found = [Over, Over with { Kind = DestructionKind.DeleteDocuments }];
        Assert.Equal(found.AsEnumerable(), WrittenByOthers.Explain(found, [(X, [Ours(501, 0) with { Name = "b" }])]));
        Assert.Equal(found[1], WrittenByOthers.Explain(found, [(X, [Ours(501, 0)])])[1]);
        Assert.Equal(["a"], WrittenByOthers.AskedIn(found));
    }

    [Theory]
    [InlineData(501, false)]
    [InlineData(502, true)]
    public void IsBeyond_ALookThatCouldNotAskTheOther_CountsWhatWasKnownOfIt(long there, bool isBeyond)
    {
        var approved = WrittenByOthers.Explain([Over], [(X, [Ours(501, 0)])]);
        Assert.Equal(isBeyond, (Over with { Documents = there, Foreign = there }).IsBeyond(approved));
    }

    [Fact]
    public void Knowing_WhatWasApproved_IsToldOfTheSameThing()
    {
        var approved = WrittenByOthers.Explain([Over], [(X, [Ours(501, 0)])]);
        Assert.Equal((1L, 501L), ((Over with { Documents = 502, Foreign = 502 }).Knowing(approved) is var told ? told.Foreign!.Value : 0, told.By!.Value.Single().Documents));
        Assert.Null((Over with { Name = "b" }).Knowing(approved).By);
    }

    private static Destruction Ours(long documents, long? others) => new(DestructionKind.DeleteDocuments, "blue", "a", documents, null, others) { Item = "a" };
}
