using System.Globalization;
using Portage.Lucene.Files;
using Portage.Lucene.Segments;

namespace Portage.Lucene;

/// <summary>One commit of a Lucene index (of a shard, that is): its segments, written by Lucene 4.0 to 10.3.</summary>
/// <remarks>
/// Nothing but <c>segments_N</c> and each segment's <c>.si</c> and <c>.cfe</c> is read here. The index holds no open file.
/// Which reader a file needs is decided by the file's own header, never by a version of Lucene or of the server: one commit may
/// hold segments of several.
/// </remarks>
public sealed class LuceneIndex
{
    private const string CommitPrefix = "segments_";

    private LuceneIndex(string commitName, SegmentsFile commit, IReadOnlyList<LuceneSegment> segments) =>
        (CommitName, UserData, Segments) = (commitName, commit.UserData, segments);

    /// <summary>The file that was read: <c>segments_N</c> of the largest N.</summary>
    public string CommitName { get; }

    /// <summary>In the order of the commit, which is also that of document ids across the index.</summary>
    public IReadOnlyList<LuceneSegment> Segments { get; }

    /// <summary>What the server noted in the commit: <c>max_seq_no</c>, <c>history_uuid</c>, <c>es_version</c> and so on.</summary>
    public IReadOnlyDictionary<string, string> UserData { get; }

    /// <summary>Documents that are not deleted, nested ones included, in all segments.</summary>
    public long LiveDocumentCount => Segments.Sum(segment => (long)segment.LiveDocumentCount);

    /// <summary>Reads the newest commit of the directory.</summary>
    /// <exception cref="CorruptIndexException">A file is missing, or is not what its checksum or its format says.</exception>
    /// <exception cref="UnsupportedFormatException">A file is of Lucene 3, or of a format from outside Lucene.</exception>
    public static async ValueTask<LuceneIndex> OpenAsync(ILuceneDirectory directory, CancellationToken cancellationToken)
    {
        var name = FindCommit(directory);
        var outside = SegmentFiles.Outside(directory);
        var commit = SegmentsFile.Read(name, await outside.ReadWholeAsync(name, cancellationToken));
        var segments = new List<LuceneSegment>();
        foreach (var entry in commit.Segments)
        {
            segments.Add(await LuceneSegment.OpenAsync(directory, name, entry, cancellationToken));
        }

        return new(name, commit, segments);
    }

    private static string FindCommit(ILuceneDirectory directory)
    {
        string? found = null;
        var generation = -1L;
        foreach (var name in directory.Files.Keys)
        {
            if (name.StartsWith(CommitPrefix, StringComparison.Ordinal)
                && Base36.TryParse(name.AsSpan(CommitPrefix.Length), out var parsed)
                && parsed > generation)
            {
                (found, generation) = (name, parsed);
            }
        }

        return found ?? throw new CorruptIndexException(
            CommitPrefix + "N", 0, "a commit", string.Create(CultureInfo.InvariantCulture, $"none among {directory.Files.Count} files"));
    }
}
