using System.Collections.Immutable;
using Portage.Steps.Backfill;

namespace Portage.Steps.Tests.Backfill;

/// <summary>What taking a backfill back would destroy, as it is said beforehand.</summary>
public sealed class TakenBackTests
{
    /// <summary>The target took what was sent, and the answers were lost with the worker: all of it goes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void Destroys_KilledBeforeTheAnswersCame_CountsWhatWasPerhapsTaken(long accepted)
    {
        var had = Had(accepted, written: null);
        Assert.Equal(250, Assert.Single(had.Destroys("blue")).Documents);
    }

    [Fact]
    public void Destroys_TheEndWasNoted_CountsWhatWasAcknowledged()
    {
        var had = Had(200, new BackfillWritten(200, false, Marks(Of(200))));
        Assert.Equal(200, Assert.Single(had.Destroys("blue")).Documents);
    }

    private static TakenBack Had(long accepted, BackfillWritten? written) =>
        new("logs", new BackfillBefore(ImmutableSortedDictionary<string, long>.Empty.Add("logs", 0)) { Marks = Marks(Of(0)) }, written, accepted, HadConflicts: false) { Now = Marks(Of(250)) };

    private static IndexMark Of(long documents) => new("u", documents, ImmutableSortedDictionary<int, long>.Empty.Add(0, documents - 1));

    private static ImmutableSortedDictionary<string, IndexMark> Marks(IndexMark mark) => ImmutableSortedDictionary<string, IndexMark>.Empty.Add("logs", mark);
}
