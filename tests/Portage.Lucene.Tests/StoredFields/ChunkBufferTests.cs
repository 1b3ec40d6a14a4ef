using Portage.Lucene.StoredFields;

namespace Portage.Lucene.Tests.StoredFields;

public sealed class ChunkBufferTests
{
    private const int Mega = 1024 * 1024;

    [Fact]
    public void Reserve_RestOfTheFileMayWellHoldIt_TakesWhatTheChunkNeedsAtOnce()
    {
        var buffer = new ChunkBuffer();
        buffer.Reserve(Mega, 0, 20 * Mega, 5 * Mega);
        Assert.InRange(buffer.Bytes.Length, 20 * Mega, 22 * Mega);
    }

    [Fact]
    public void Reserve_ChunkClaimsFarMoreThanTheFileHas_TakesWhatIsDecoded()
    {
        var buffer = new ChunkBuffer();
        buffer.Reserve(100_000, 0, 1_000 * Mega, Mega);
        Assert.InRange(buffer.Bytes.Length, 100_000, Mega);
    }

    [Fact]
    public void Reserve_HoldsSomeAlready_KeepsIt()
    {
        var buffer = new ChunkBuffer();
        buffer.Bytes.AsSpan(0, 1_000).Fill(7);
        buffer.Reserve(30 * Mega, 1_000, 30 * Mega, 30 * Mega);
        Assert.Equal(-1, buffer.Bytes.AsSpan(0, 1_000).IndexOfAnyExcept((byte)7));
    }

    [Fact]
    public void LetGo_ReaderIsDone_HoldsNothingMore()
    {
        var buffer = new ChunkBuffer();
        buffer.Reserve(3 * Mega, 0, 3 * Mega, 3 * Mega);
        buffer.LetGo();
        Assert.Empty(buffer.Bytes);
    }
}
