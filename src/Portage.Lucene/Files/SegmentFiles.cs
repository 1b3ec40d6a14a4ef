namespace Portage.Lucene.Files;

/// <summary>The files of one segment by name, whether they lie in the directory or inside the segment's compound file.</summary>
internal sealed class SegmentFiles
{
    // Whole in memory, with its parsed form beside it: field infos and doc-values metadata of thousands of fields have a few megabytes.
    private const long SmallFileBytesMax = 256L << 20;

    private readonly ILuceneDirectory _directory;
    private readonly string? _compoundName;
    private readonly IReadOnlyDictionary<string, CompoundEntry> _inner;

    private SegmentFiles(ILuceneDirectory directory, string? compoundName, IReadOnlyDictionary<string, CompoundEntry> inner) =>
        (_directory, _compoundName, _inner) = (directory, compoundName, inner);

    /// <summary>Files of the directory only, as for <c>segments_N</c> and <c>.si</c>.</summary>
    public static SegmentFiles Outside(ILuceneDirectory directory) =>
        new(directory, null, new Dictionary<string, CompoundEntry>());

    /// <summary>Reads the table of the segment's compound file.</summary>
    public static async ValueTask<SegmentFiles> OpenCompoundAsync(ILuceneDirectory directory, string segment, ReadOnlyMemory<byte>? id, CancellationToken cancellationToken)
    {
        var outside = Outside(directory);
        var compoundName = segment + ".cfs";
        var entriesName = segment + ".cfe";
        var bytes = await outside.ReadWholeAsync(entriesName, cancellationToken);
        var entries = CompoundEntries.Read(entriesName, bytes, segment, id, outside.LengthOf(compoundName));
        return new(directory, compoundName, entries);
    }

    public bool Contains(string name) => _inner.ContainsKey(name) || _directory.Files.ContainsKey(name);

    public long LengthOf(string name) =>
        _inner.TryGetValue(name, out var entry) ? entry.Length
        : _directory.Files.TryGetValue(name, out var length) ? length
        : throw Missing(name);

    public async ValueTask<ILuceneFile> OpenAsync(string name, CancellationToken cancellationToken)
    {
        if (_inner.TryGetValue(name, out var entry))
        {
            return new FileSlice(await _directory.OpenAsync(_compoundName!, cancellationToken), entry.Offset, entry.Length);
        }

        return _directory.Files.ContainsKey(name) ? await _directory.OpenAsync(name, cancellationToken) : throw Missing(name);
    }

    /// <summary>A small file, whole. The caller verifies its footer.</summary>
    public async ValueTask<byte[]> ReadWholeAsync(string name, CancellationToken cancellationToken)
    {
        await using var file = await OpenAsync(name, cancellationToken);
        if (file.Length > SmallFileBytesMax)
        {
            throw new UnsupportedFormatException(name, $"metadata of {file.Length} bytes (at most {SmallFileBytesMax})");
        }

        var bytes = new byte[file.Length];
        try
        {
            await file.ReadAsync(0, bytes, cancellationToken);
        }
        catch (EndOfStreamException e)
        {
            throw new CorruptIndexException(name, 0, $"a file of {bytes.Length} bytes", "less", e);
        }

        return bytes;
    }

    private static CorruptIndexException Missing(string name) => new(name, 0, "the file, which the commit needs", "no file of this name");
}
