using System.Runtime.CompilerServices;
using Portage.Lucene.DocValues;
using Portage.Lucene.Files;
using Portage.Lucene.LiveDocs;
using Portage.Lucene.Segments;
using Portage.Lucene.StoredFields;

namespace Portage.Lucene;

/// <summary>One segment of an index: documents numbered from 0, their stored fields, and which of them are deleted.</summary>
/// <remarks>
/// Nothing is kept but what the properties show: each method reads what it needs anew. Several scans may run at the same time.
/// </remarks>
public sealed class LuceneSegment
{
    // The largest chunks hold some thousand documents, and take some bytes where these are empty and all alike.
    private const int DocumentsOfAByteMax = 1_024;

    private readonly SegmentFiles _files;
    private readonly SegmentEntry _entry;
    private readonly SegmentInfoFile _info;

    private LuceneSegment(SegmentFiles files, SegmentEntry entry, SegmentInfoFile info) => (_files, _entry, _info) = (files, entry, info);

    /// <summary>As <c>_3f</c>. Unique within a shard's lifetime until it is restored or rebuilt.</summary>
    public string Name => _entry.Name;

    /// <summary>As <c>Lucene87</c>, or a server's own; informs, decides nothing.</summary>
    public string CodecName => _entry.CodecName;

    /// <summary>Version of Lucene that wrote the segment, as <c>8.7.0</c>; informs, decides nothing.</summary>
    public string LuceneVersion => _info.LuceneVersion;

    /// <summary>Documents, deleted ones included.</summary>
    public int MaxDoc => _info.DocumentCount;

    /// <summary>Documents deleted for good, as the commit says.</summary>
    public int HardDeletedCount => _entry.DeletedCount;

    /// <summary>Documents that are soft-deleted and not deleted for good, as the commit says.</summary>
    public int SoftDeletedCount => _entry.SoftDeletedCount;

    /// <summary>Documents that are neither, nested ones included.</summary>
    public int LiveDocumentCount => MaxDoc - HardDeletedCount - SoftDeletedCount;

    /// <summary>Length of the <c>.fdt</c>: the compressed bytes that a scan of all stored fields reads.</summary>
    /// <exception cref="CorruptIndexException">There is no such file.</exception>
    public long StoredFieldsLength => _files.LengthOf(StoredFieldsName);

    /// <summary>Name of the file that holds the stored fields, as errors call it.</summary>
    public string StoredFieldsName => Name + ".fdt";

    internal SegmentFiles Files => _files;

    internal ReadOnlyMemory<byte>? Id => _entry.Id;

    internal static async ValueTask<LuceneSegment> OpenAsync(ILuceneDirectory directory, string commit, SegmentEntry entry, CancellationToken cancellationToken)
    {
        if (entry.CodecName == "Lucene3x")
        {
            throw new UnsupportedFormatException(commit, $"segment {entry.Name} of Lucene 3");
        }

        var outside = SegmentFiles.Outside(directory);
        var infoName = entry.Name + ".si";
        var info = SegmentInfoFile.Read(infoName, await outside.ReadWholeAsync(infoName, cancellationToken), entry.Id);
        if (entry.DeletedCount > info.DocumentCount || entry.SoftDeletedCount > info.DocumentCount - entry.DeletedCount)
        {
            throw new CorruptIndexException(
                commit, 0, $"at most {info.DocumentCount} deleted documents in {entry.Name}", $"{entry.DeletedCount} and {entry.SoftDeletedCount} soft-deleted ones");
        }

        var files = info.IsCompound ? await SegmentFiles.OpenCompoundAsync(directory, entry.Name, entry.Id, cancellationToken) : outside;
        var segment = new LuceneSegment(files, entry, info);
        // A bit a document is allocated later on: not for a number that the stored fields cannot have.
        if (files.Contains(segment.StoredFieldsName) && info.DocumentCount / DocumentsOfAByteMax > segment.StoredFieldsLength)
        {
            throw new CorruptIndexException(infoName, 0, $"a number of documents for {segment.StoredFieldsLength} bytes of stored fields", $"{info.DocumentCount}");
        }

        return segment;
    }

    /// <summary>Reads the fields of the segment, in their newest form.</summary>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    public async ValueTask<FieldInfos> ReadFieldInfosAsync(CancellationToken cancellationToken)
    {
        var suffix = _entry.FieldInfosGeneration > 0 ? Base36.Format(_entry.FieldInfosGeneration) : "";
        var name = suffix.Length > 0 ? $"{Name}_{suffix}.fnm" : $"{Name}.fnm";
        return FieldInfosFile.Read(name, await _files.ReadWholeAsync(name, cancellationToken), _entry.Id, suffix);
    }

    /// <summary>Between which numbers the doc values of a field lie, as far as their metadata tells (Lucene 7 on).</summary>
    /// <returns>Null where there are none, where they are of another format, or were changed since the segment was written.</returns>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    public async ValueTask<NumericRange?> ReadNumericRangeAsync(string field, CancellationToken cancellationToken)
    {
        var fields = await ReadFieldInfosAsync(cancellationToken);
        if (!fields.TryGet(field, out var info)
            || info.DocValuesGeneration > 0
            || !info.Attributes.TryGetValue(SoftDeletes.FormatAttribute, out var format)
            || !info.Attributes.TryGetValue(SoftDeletes.SuffixAttribute, out var number))
        {
            return null;
        }

        var suffix = $"{format}_{number}";
        var name = $"{Name}_{suffix}.dvm";
        try
        {
            return DocValuesMetadata.FindRange(name, await _files.ReadWholeAsync(name, cancellationToken), _entry.Id, suffix, fields, info.Number);
        }
        catch (UnsupportedFormatException)
        {
            return null;
        }
    }

    /// <summary>Reads which documents are deleted, and compares their numbers with those of the commit.</summary>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says, or the numbers differ.</exception>
    /// <exception cref="UnsupportedFormatException">There are soft-deleted documents, noted in doc values of an unknown format.</exception>
    public async ValueTask<LiveDocuments> ReadLiveDocumentsAsync(CancellationToken cancellationToken)
    {
        if (LiveDocumentCount == MaxDoc && _entry.DeletionGeneration <= 0)
        {
            return new(MaxDoc, null);
        }

        var live = await ReadHardDeletesAsync(cancellationToken);
        if (SoftDeletedCount > 0)
        {
            await SoftDeletes.ClearAsync(_files, _entry, await ReadFieldInfosAsync(cancellationToken), MaxDoc, live, cancellationToken);
        }

        return new(MaxDoc, live);
    }

    /// <summary>Opens the doc values that were written with the segment.</summary>
    /// <param name="fields">As <see cref="ReadFieldInfosAsync"/> gives them.</param>
    public DocValuesReader OpenDocValues(FieldInfos fields) => new(_files, Name, _entry.Id, fields);

    /// <summary>Opens a scan of the stored fields of all documents, deleted ones included.</summary>
    /// <exception cref="CorruptIndexException">The bytes are not what the format or the checksum says.</exception>
    /// <exception cref="UnsupportedFormatException">The stored fields are in a format that cannot be read.</exception>
    public ValueTask<StoredFieldsReader> OpenStoredFieldsAsync(StoredFieldsOptions options, CancellationToken cancellationToken) =>
        StoredFieldsFile.OpenAsync(_files, Name, _entry.Id, MaxDoc, options, cancellationToken);

    /// <summary>Scans the stored fields of all documents, deleted ones included, from one document on.</summary>
    /// <remarks>The chunk is the same object each time, valid until the next one is asked for.</remarks>
    /// <inheritdoc cref="OpenStoredFieldsAsync"/>
    public async IAsyncEnumerable<StoredChunk> ReadStoredFieldsAsync(int fromDocument, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await OpenStoredFieldsAsync(new() { FromDocument = fromDocument }, cancellationToken);
        while (await reader.ReadChunkAsync(cancellationToken) is { } chunk)
        {
            yield return chunk;
        }
    }

    /// <summary>Opens a scan of the stored fields of live documents.</summary>
    /// <inheritdoc cref="ReadLiveDocumentsAsync"/>
    public async ValueTask<LiveDocumentReader> OpenLiveDocumentsAsync(StoredFieldsOptions options, CancellationToken cancellationToken)
    {
        var live = await ReadLiveDocumentsAsync(cancellationToken);
        return new(await OpenStoredFieldsAsync(options, cancellationToken), live);
    }

    /// <summary>
    /// The files whose checksum a scan of live documents cannot compare before it hands out documents: the stored fields, and the doc
    /// values in which soft deletes may be noted. Reads a few hundred bytes of each.
    /// </summary>
    /// <returns>Without those of Lucene before 4.8, which have no checksum.</returns>
    /// <exception cref="CorruptIndexException">The bytes are not what the format says.</exception>
    /// <exception cref="UnsupportedFormatException">The stored fields are in a format that cannot be read.</exception>
    /// <param name="columns">Fields whose doc values are read too.</param>
    public async ValueTask<IReadOnlyList<ScannedFile>> ListScannedFilesAsync(IReadOnlyCollection<string> columns, CancellationToken cancellationToken)
    {
        var scanned = new List<ScannedFile>();
        if (await StoredFieldsFile.ReadFormatAsync(_files, Name, _entry.Id, cancellationToken) is { HasFooter: true })
        {
            scanned.Add(await LuceneChecksum.ReadFooterAsync(_files, StoredFieldsName, cancellationToken));
        }

        if (SoftDeletedCount > 0 && SoftDeletes.RangedFile(_entry, await ReadFieldInfosAsync(cancellationToken)) is { } data)
        {
            scanned.Add(await LuceneChecksum.ReadFooterAsync(_files, data, cancellationToken));
        }

        foreach (var name in columns.Count == 0 ? [] : DocValuesReader.FilesOf(Name, await ReadFieldInfosAsync(cancellationToken), columns))
        {
            if (!scanned.Exists(file => file.Name == name))
            {
                scanned.Add(await LuceneChecksum.ReadFooterAsync(_files, name, cancellationToken));
            }
        }

        return scanned;
    }

    /// <summary>Reads a file to its end, and compares its bytes with the checksum in its footer.</summary>
    /// <exception cref="CorruptIndexException">They differ, or the footer is not the one that was listed.</exception>
    public async ValueTask VerifyAsync(ScannedFile file, CancellationToken cancellationToken)
    {
        await using var content = await _files.OpenAsync(file.Name, cancellationToken);
        var checksum = await LuceneChecksum.VerifyAsync(content, file.Name, cancellationToken);
        if (checksum != file.Checksum)
        {
            throw new CorruptIndexException(file.Name, 0, $"the checksum {file.Checksum:X8}, as a moment before", $"{checksum:X8}");
        }
    }

    private async ValueTask<ulong[]> ReadHardDeletesAsync(CancellationToken cancellationToken)
    {
        if (_entry.DeletionGeneration <= 0)
        {
            return HardDeletedCount == 0
                ? LiveDocuments.AllSet(MaxDoc)
                : throw new CorruptIndexException(Name, 0, $"a file that says which {HardDeletedCount} documents are deleted", "no generation of one");
        }

        var generation = Base36.Format(_entry.DeletionGeneration);
        var name = $"{Name}_{generation}.{(_entry.Id is null ? "del" : "liv")}";
        return HardDeletes.Read(name, await _files.ReadWholeAsync(name, cancellationToken), _entry.Id, generation, MaxDoc, HardDeletedCount);
    }
}
