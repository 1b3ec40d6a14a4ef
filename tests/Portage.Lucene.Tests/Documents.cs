using System.Text;
using Portage.Lucene.Files;
using Portage.Lucene.StoredFields;

namespace Portage.Lucene.Tests;

/// <summary>Reads whole indices into dictionaries, for comparison.</summary>
internal static class Documents
{
    /// <summary>The stored fields of every live document: segment, id within it, and text by field name.</summary>
    public static async Task<List<(string Segment, int Document, Dictionary<string, object> Fields)>> ReadLiveAsync(
        ILuceneDirectory directory, CancellationToken cancellationToken)
    {
        var found = new List<(string, int, Dictionary<string, object>)>();
        var index = await LuceneIndex.OpenAsync(directory, cancellationToken);
        foreach (var segment in index.Segments)
        {
            var names = (await segment.ReadFieldInfosAsync(cancellationToken)).All.ToDictionary(field => field.Number, field => field.Name);
            await using var reader = await segment.OpenLiveDocumentsAsync(new(), cancellationToken);
            var count = 0;
            while (await reader.MoveNextAsync(cancellationToken))
            {
                found.Add((segment.Name, reader.Document, Read(reader.Fields, names)));
                count++;
            }

            Assert.Equal(segment.LiveDocumentCount, count);
        }

        return found;
    }

    public static Dictionary<string, object> Read(StoredFieldCursor cursor, Dictionary<int, string> names)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal);
        while (cursor.MoveNext())
        {
            fields[names[cursor.FieldNumber]] = cursor.Type switch
            {
                StoredFieldType.String => Encoding.UTF8.GetString(cursor.Bytes),
                StoredFieldType.Bytes => cursor.Memory.ToArray(),
                StoredFieldType.Single => cursor.Single,
                StoredFieldType.Double => cursor.Double,
                _ => cursor.Integer,
            };
        }

        return fields;
    }
}
