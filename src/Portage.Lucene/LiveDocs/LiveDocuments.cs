using System.Numerics;

namespace Portage.Lucene.LiveDocs;

/// <summary>Which documents of a segment are not deleted, neither for good nor softly.</summary>
/// <remarks>One bit a document where anything is deleted at all, otherwise nothing.</remarks>
public sealed class LiveDocuments
{
    private readonly ulong[]? _words;

    internal LiveDocuments(int documentCount, ulong[]? words)
    {
        (MaxDoc, _words) = (documentCount, words);
        Count = words is null ? documentCount : CountBits(words);
    }

    /// <summary>Documents in the segment, deleted ones included.</summary>
    public int MaxDoc { get; }

    /// <summary>Documents that are live.</summary>
    public int Count { get; }

    /// <summary>Whether a document is live.</summary>
    /// <param name="document">From 0 up to, and without, <see cref="MaxDoc"/>.</param>
    public bool IsLive(int document)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)document, (uint)MaxDoc);
        return _words is null || (_words[document >> 6] & (1UL << document)) != 0;
    }

    internal static int CountBits(ulong[] words)
    {
        var count = 0;
        foreach (var word in words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>A bit for each document, all set.</summary>
    internal static ulong[] AllSet(int documentCount)
    {
        var words = new ulong[WordCount(documentCount)];
        words.AsSpan().Fill(ulong.MaxValue);
        if ((documentCount & 63) != 0)
        {
            words[^1] = (1UL << documentCount) - 1;
        }

        return words;
    }

    internal static int WordCount(int documentCount) => (int)(((long)documentCount + 63) / 64);
}
