using Portage.Lucene.Files;
using Portage.Lucene.LiveDocs;
using Portage.Lucene.Segments;

namespace Portage.Lucene.DocValues;

/// <summary>The doc values of a segment as they were written with it. Each file is opened once.</summary>
public sealed class DocValuesReader : IAsyncDisposable
{
    private readonly SegmentFiles _files;
    private readonly string _segment;
    private readonly ReadOnlyMemory<byte>? _id;
    private readonly FieldInfos _fields;
    private readonly Dictionary<string, (DataRanges Data, Dictionary<int, DocValuesEntry> Entries)> _open = new(StringComparer.Ordinal);

    internal DocValuesReader(SegmentFiles files, string segment, ReadOnlyMemory<byte>? id, FieldInfos fields) =>
        (_files, _segment, _id, _fields) = (files, segment, id, fields);

    /// <summary>The column of a field; null where the segment has none.</summary>
    /// <exception cref="UnsupportedFormatException">It is of another format than Lucene 9's, or was updated by itself.</exception>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    public async ValueTask<DocValuesColumn?> OpenAsync(string field, CancellationToken cancellationToken)
    {
        if (!_fields.TryGet(field, out var info) || SuffixOf(info) is not { } suffix)
        {
            return null;
        }

        var name = $"{_segment}_{suffix}.dvm";
        if (info.DocValuesGeneration > 0)
        {
            throw new UnsupportedFormatException(name, $"updated doc values of '{field}'");
        }

        if (!_open.TryGetValue(suffix, out var file))
        {
            var entries = DocValuesFile.Read(name, await _files.ReadWholeAsync(name, cancellationToken), _id, suffix, _fields);
            var data = DataName(_segment, suffix);
            file = (new(await _files.OpenAsync(data, cancellationToken), data), entries);
            _open[suffix] = file;
        }

        return file.Entries.TryGetValue(info.Number, out var entry) ? new(file.Data, entry) : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (data, _) in _open.Values)
        {
            await data.DisposeAsync();
        }

        _open.Clear();
    }

    /// <summary>The files that the doc values of these fields are in.</summary>
    internal static IEnumerable<string> FilesOf(string segment, FieldInfos fields, IEnumerable<string> names) =>
        names.Select(name => fields.TryGet(name, out var info) ? SuffixOf(info) : null).OfType<string>().Distinct(StringComparer.Ordinal).Select(suffix => DataName(segment, suffix));

    private static string DataName(string segment, string suffix) => $"{segment}_{suffix}.dvd";

    private static string? SuffixOf(FieldInfo info) =>
        info.Attributes.TryGetValue(SoftDeletes.FormatAttribute, out var format) && info.Attributes.TryGetValue(SoftDeletes.SuffixAttribute, out var number) ? $"{format}_{number}" : null;
}
