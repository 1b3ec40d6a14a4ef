using Portage.Lucene.Files;
using Portage.Lucene.Segments;

namespace Portage.Lucene.LiveDocs;

/// <summary>Documents that were replaced or deleted but kept for a while: those with a value in the soft-deletes field (Lucene 7.4 on).</summary>
/// <remarks>
/// The newest field infos say which field that is, and the generation of its doc values. Those of a generation lie outside the compound
/// file, in <c>SEGMENT_GENERATION_FORMAT_SUFFIX.dvm</c> and <c>.dvd</c>, and hold that field only; both are checked as a whole. Documents that were
/// deleted already when the segment was written are noted in its first doc values, <c>SEGMENT_FORMAT_SUFFIX.dvm</c> and <c>.dvd</c>, among all other
/// fields: of that <c>.dvd</c>, which may be large, only the needed range is read, and whoever wants to be sure of it reads it whole before
/// (<see cref="LuceneSegment.ListScannedFilesAsync"/>): a changed document number leaves the count as it is. Where the commit counts no
/// soft-deleted documents, as it does for the doc values of time series too, nothing of this is read.
/// </remarks>
internal static class SoftDeletes
{
    internal const string FormatAttribute = "PerFieldDocValuesFormat.format";
    internal const string SuffixAttribute = "PerFieldDocValuesFormat.suffix";

    /// <summary>Clears the bits of soft-deleted documents.</summary>
    /// <param name="live">A bit for each document that was not deleted for good.</param>
    /// <exception cref="CorruptIndexException">There are not as many as the commit says.</exception>
    public static async ValueTask ClearAsync(
        SegmentFiles files, SegmentEntry entry, FieldInfos fields, int documentCount, ulong[] live, CancellationToken cancellationToken)
    {
        var before = LiveDocuments.CountBits(live);
        var (field, suffix) = Find(entry, fields);
        var (metadataName, dataName) = ($"{entry.Name}_{suffix}.dvm", $"{entry.Name}_{suffix}.dvd");
        var metadata = await files.ReadWholeAsync(metadataName, cancellationToken);
        var (documents, littleEndian) = DocValuesMetadata.Find(metadataName, metadata, entry.Id, suffix, fields, field.Number);
        if (field.DocValuesGeneration > 0)
        {
            await using var data = await files.OpenAsync(dataName, cancellationToken);
            await LuceneChecksum.VerifyAsync(data, dataName, cancellationToken);
        }

        if (documents is { } found)
        {
            await found.ClearAsync(files, dataName, littleEndian, live, cancellationToken);
        }

        var cleared = before - LiveDocuments.CountBits(live);
        if (cleared != entry.SoftDeletedCount)
        {
            throw new CorruptIndexException(metadataName, 0, $"{entry.SoftDeletedCount} soft-deleted documents among {documentCount}", $"{cleared}");
        }
    }

    /// <summary>The <c>.dvd</c> that is read by a range, without its checksum; null where it is checked anyway.</summary>
    public static string? RangedFile(SegmentEntry entry, FieldInfos fields)
    {
        var (field, suffix) = Find(entry, fields);
        return field.DocValuesGeneration > 0 ? null : $"{entry.Name}_{suffix}.dvd";
    }

    private static (FieldInfo Field, string Suffix) Find(SegmentEntry entry, FieldInfos fields)
    {
        var field = fields.SoftDeletes
            ?? throw new CorruptIndexException(entry.Name, 0, $"a soft-deletes field for {entry.SoftDeletedCount} documents", "none in the field infos");
        if (!field.Attributes.TryGetValue(FormatAttribute, out var format) || !field.Attributes.TryGetValue(SuffixAttribute, out var formatSuffix))
        {
            throw new CorruptIndexException(entry.Name, 0, $"the format of the doc values of '{field.Name}'", "no such attribute");
        }

        return (field, field.DocValuesGeneration > 0 ? $"{Base36.Format(field.DocValuesGeneration)}_{format}_{formatSuffix}" : $"{format}_{formatSuffix}");
    }
}
