using Portage.Lucene.LiveDocs;
using Portage.Lucene.Segments;

namespace Portage.Lucene.Tests;

/// <summary>Goes over all doc values of a segment, as the search for soft deletes does over those before its field.</summary>
internal static class NumericDocValues
{
    private const int NoField = int.MinValue;

    /// <summary>Documents that have a value, by file and field, for every numeric field.</summary>
    public static async Task<Dictionary<(string File, string Field), int[]>> VisitAllAsync(
        MemoryDirectory directory, LuceneSegment segment, FieldInfos fields, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, string), int[]>();
        // Lucene 4 has other doc values; and no fixture has as many documents, but a damaged .si may say so.
        if (segment.Id is null || segment.MaxDoc > 1_000)
        {
            return found;
        }

        foreach (var name in Names(directory, segment, fields))
        {
            var suffix = name[(segment.Name.Length + 1)..^4];
            var bytes = await segment.Files.ReadWholeAsync(name, cancellationToken);
            try
            {
                Assert.Null(DocValuesMetadata.Find(name, bytes, segment.Id, suffix, fields, NoField).Documents);
            }
            catch (UnsupportedFormatException e) when (e.Format.StartsWith("Lucene5", StringComparison.Ordinal))
            {
                // Doc values of Lucene 5 and 6, which had no soft deletes.
                continue;
            }

            foreach (var field in fields.All)
            {
                try
                {
                    var (documents, littleEndian) = DocValuesMetadata.Find(name, bytes, segment.Id, suffix, fields, field.Number);
                    if (documents is { } range)
                    {
                        var live = LiveDocuments.AllSet(segment.MaxDoc);
                        await range.ClearAsync(segment.Files, name[..^1] + "d", littleEndian, live, cancellationToken);
                        found[(name, field.Name)] = [.. Enumerable.Range(0, segment.MaxDoc).Where(document => (live[document >> 6] & (1UL << document)) == 0)];
                    }
                }
                catch (CorruptIndexException e) when (e.Expected.StartsWith("numeric doc values", StringComparison.Ordinal))
                {
                    // Another type: skipped by the search for the fields behind it.
                }
            }
        }

        return found;
    }

    private static IEnumerable<string> Names(MemoryDirectory directory, LuceneSegment segment, FieldInfos fields) => directory.Files.Keys
        .Where(name => name.StartsWith(segment.Name + "_", StringComparison.Ordinal) && name.EndsWith(".dvm", StringComparison.Ordinal))
        .Concat(fields.All
            .Select(field => string.Join(
                '_', segment.Name, field.Attributes.GetValueOrDefault("PerFieldDocValuesFormat.format"), field.Attributes.GetValueOrDefault("PerFieldDocValuesFormat.suffix")) + ".dvm"))
        .Where(segment.Files.Contains)
        .Distinct();
}
