using System.Globalization;
using System.Runtime.CompilerServices;
using Portage.Lucene;
using Portage.Lucene.Files;
using Portage.Snapshots.Metadata;
using Portage.Snapshots.Rebuilding;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Repositories.Remote;

namespace Portage.Snapshots.Shards;

/// <summary>One shard in a snapshot: the files of its Lucene index, and the way to its documents.</summary>
/// <remarks>Immutable, and may be used by many readers at once.</remarks>
public sealed class ShardSnapshot
{
    private readonly IBlobStore _store;

    internal ShardSnapshot(IndexSnapshot index, int number, string folder, string listBlob, IReadOnlyDictionary<string, ShardFile> files, IBlobStore store)
    {
        (Index, Number, Folder, ListBlob, Files, _store) = (index, number, folder, listBlob, files, store);
        TotalBytes = files.Values.Aggregate(0L, (sum, file) => Math.Min(sum + file.Length, long.MaxValue / 2));
        Directory = new ShardDirectory(store, folder, listBlob, files);
    }

    /// <summary>The index it is a shard of.</summary>
    public IndexSnapshot Index { get; }

    /// <summary>What it is called in messages.</summary>
    internal string Owner => BlobOwner.Of(Index.Name, Number);

    /// <summary>Counted from 0.</summary>
    public int Number { get; }

    /// <summary>Where its blobs lie, relative to the repository's root.</summary>
    public string Folder { get; }

    /// <summary>The blob that lists its files, relative to the repository's root.</summary>
    public string ListBlob { get; }

    /// <summary>All files, by their names in the Lucene index.</summary>
    public IReadOnlyDictionary<string, ShardFile> Files { get; }

    /// <summary>Bytes of all files, whichever snapshot brought them into the repository.</summary>
    public long TotalBytes { get; }

    /// <summary>The files as a Lucene index sees them. Only the ranges that are read are fetched.</summary>
    public ILuceneDirectory Directory { get; }

    /// <summary>How far ahead its large files are read.</summary>
    internal ReadAheadLimits ReadAhead => _store.ReadAhead;

    /// <summary>Counts without reading documents: fetches two small files for each segment, which newer repositories keep in the list itself.</summary>
    /// <exception cref="RepositoryException">A blob is missing, corrupt or of a format that cannot be read.</exception>
    public async ValueTask<ShardCounts> CountAsync(CancellationToken cancellationToken)
    {
        var lucene = await OpenLuceneAsync(cancellationToken);
        try
        {
            return new(
                lucene.Segments.Count,
                lucene.LiveDocumentCount,
                lucene.Segments.Sum(segment => (long)segment.MaxDoc),
                lucene.Segments.Sum(segment => segment.StoredFieldsLength))
            {
                Sizes = [.. lucene.Segments.Select(segment => new SegmentSize(segment.MaxDoc, segment.StoredFieldsLength))],
                MaxSequenceNumber = lucene.UserData.TryGetValue("max_seq_no", out var number) && long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var last) ? last : null,
            };
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, this);
        }
    }

    /// <summary>Reads the header of each segment's large files, and sees that their formats can be read.</summary>
    /// <exception cref="UnsupportedRepositoryException">A format cannot be read.</exception>
    /// <exception cref="RepositoryException">A blob is missing or corrupt.</exception>
    public ValueTask RequireFormatsAsync(CancellationToken cancellationToken) => RequireAsync(isWhole: false, cancellationToken);

    /// <summary>The same, and reads every other file that documents need: fields, deletions, where the stored fields' chunks lie.</summary>
    /// <inheritdoc cref="RequireFormatsAsync"/>
    public ValueTask RequireReadableAsync(CancellationToken cancellationToken) => RequireAsync(isWhole: true, cancellationToken);

    /// <summary>Opens a reader of the documents that are not deleted, in the order of their positions; every file of it is found whole first.</summary>
    /// <param name="fromPosition">The first position wanted: 0 for all, one more than the last one done to go on.</param>
    /// <exception cref="RepositoryException">A blob is missing, corrupt or of a format that cannot be read.</exception>
    public ValueTask<ShardReader> OpenReaderAsync(long fromPosition, CancellationToken cancellationToken) =>
        OpenReaderAsync(fromPosition, WholeFiles.None, cancellationToken);

    /// <param name="whole">Which files were found whole before.</param>
    /// <inheritdoc cref="OpenReaderAsync(long, CancellationToken)"/>
    public ValueTask<ShardReader> OpenReaderAsync(long fromPosition, IWholeFiles whole, CancellationToken cancellationToken) =>
        OpenReaderAsync(new PositionRange(fromPosition, long.MaxValue), whole, cancellationToken);

    /// <summary>The same of a range of positions only.</summary>
    /// <param name="range">Which ones.</param>
    /// <param name="whole">Which files were found whole before.</param>
    /// <inheritdoc cref="OpenReaderAsync(long, CancellationToken)"/>
    public async ValueTask<ShardReader> OpenReaderAsync(PositionRange range, IWholeFiles whole, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(range.From, nameof(range));
        return new(this, await OpenLuceneAsync(cancellationToken), range, whole);
    }

    /// <summary>The documents that are not deleted, in the order of their positions. The source of each holds until the next is asked for.</summary>
    /// <inheritdoc cref="OpenReaderAsync(long, CancellationToken)"/>
    public async IAsyncEnumerable<SourceDocument> ReadAsync(long fromPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = await OpenReaderAsync(fromPosition, cancellationToken);
        while (await reader.MoveNextAsync(cancellationToken))
        {
            yield return reader.Current;
        }
    }

    /// <summary>
    /// Reads every byte of every file and compares lengths and checksums with what the repository recorded. Reading documents
    /// compares the checksums of what it reads by itself; this is for a repository whose other files matter too.
    /// </summary>
    /// <exception cref="CorruptBlobException">A file is not what was recorded.</exception>
    /// <exception cref="RepositoryException">A blob is missing or cannot be read.</exception>
    public async ValueTask VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var file in Files.Values)
        {
            await VerifyAsync(file, cancellationToken);
        }
    }

    /// <summary>Sees that every file is in the repository, whole by its length: one listing, or where the store lists nothing, one question a file. Nothing is read.</summary>
    /// <exception cref="BlobNotFoundException">A file is missing.</exception>
    /// <exception cref="CorruptBlobException">A file has another length than was recorded.</exception>
    /// <exception cref="RepositoryException">The repository cannot be listed.</exception>
    public async ValueTask VerifyLengthsAsync(CancellationToken cancellationToken)
    {
        var parts = Files.Values.Where(file => !file.IsVirtual).SelectMany(file => Enumerable.Range(0, file.PartCount).Select(part => (Name: file.PartName(part), Length: LengthOf(file, part))));
        var listed = _store.CanList ? (await _store.ListAsync(Folder, cancellationToken)).ToDictionary(blob => blob.Name, blob => (long?)blob.Length, StringComparer.Ordinal) : null;
        await foreach (var (name, expected, length) in ParallelReads.InOrderAsync(parts, _store.ReadsAtOnce, FindAsync, cancellationToken))
        {
            var path = $"{Folder}/{name}";
            if (length is not { } found)
            {
                throw new BlobNotFoundException(path, _store.Location) { Owner = Owner };
            }

            if (found != expected)
            {
                throw new CorruptBlobException(path, $"{expected:N0} bytes", $"{found:N0} bytes") { Owner = Owner };
            }
        }

        async Task<(string Name, long Expected, long? Found)> FindAsync((string Name, long Length) part, CancellationToken token) =>
            (part.Name, part.Length, listed is null ? await _store.FindLengthAsync($"{Folder}/{part.Name}", token) : listed.GetValueOrDefault(part.Name));
    }

    private static long LengthOf(ShardFile file, int part) => part < file.PartCount - 1 ? file.PartBytes : file.Length - (part * file.PartBytes);

    /// <summary>A file as its blobs have it.</summary>
    internal ValueTask<ILuceneFile> OpenBlobsAsync(ShardFile file, CancellationToken cancellationToken) =>
        ShardDirectory.OpenBlobsAsync(_store, Folder, ListBlob, file, cancellationToken);

    internal string BlobOf(string name, long position)
    {
        // What is called by its own name may lie inside the segment's compound file; "_3_1.liv" and "_3.fnm" are of segment "_3".
        if (!Files.TryGetValue(name, out var file))
        {
            var end = name.Length == 0 ? 0 : name.AsSpan(1).IndexOfAny('.', '_') + 1;
            if (end == 0 || !Files.TryGetValue(name[..end] + ".cfs", out file))
            {
                return ListBlob;
            }

            return $"{Folder}/{file.BlobName}";
        }

        return file.IsVirtual ? ListBlob : $"{Folder}/{file.PartName((int)Math.Clamp(position / file.PartBytes, 0, file.PartCount - 1))}";
    }

    private async ValueTask VerifyAsync(ShardFile file, CancellationToken cancellationToken)
    {
        for (var part = 0; part < file.PartCount; part++)
        {
            var path = $"{Folder}/{file.PartName(part)}";
            var expected = LengthOf(file, part);
            var found = await _store.FindLengthAsync(path, cancellationToken) ?? throw new BlobNotFoundException(path, _store.Location) { Owner = Owner };
            if (found != expected)
            {
                throw new CorruptBlobException(path, $"{expected:N0} bytes", $"{found:N0} bytes") { Owner = Owner };
            }
        }

        try
        {
            await using var content = await OpenBlobsAsync(file, cancellationToken);
            if (file.HasEarlyChecksum)
            {
                if (file.Checksum is not null)
                {
                    await EarlyChecksum.VerifyAsync(content, file, cancellationToken);
                }

                return;
            }

            var checksum = await LuceneChecksum.VerifyAsync(content, file.Name, cancellationToken);
            if (file.Checksum is { } expected && expected != checksum)
            {
                throw new CorruptBlobException(BlobOf(file.Name, 0), $"the checksum {expected:x8} of '{file.Name}'", $"{checksum:x8}");
            }
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, this);
        }
    }

    private async ValueTask RequireAsync(bool isWhole, CancellationToken cancellationToken)
    {
        var lucene = await OpenLuceneAsync(cancellationToken);
        try
        {
            foreach (var segment in lucene.Segments.Where(segment => segment.LiveDocumentCount > 0))
            {
                var plan = Index.SourceStorage.Plan;
                await segment.ListScannedFilesAsync(plan?.Columns ?? [], cancellationToken);
                if (plan is not null)
                {
                    await using var opened = await SourceRebuilder.OpenAsync(plan, segment, await segment.ReadFieldInfosAsync(cancellationToken), cancellationToken);
                }

                if (isWhole)
                {
                    await segment.ReadFieldInfosAsync(cancellationToken);
                    await segment.ReadLiveDocumentsAsync(cancellationToken);
                    await using var opened = await segment.OpenStoredFieldsAsync(new() { FromDocument = segment.MaxDoc }, cancellationToken);
                }
            }
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, this);
        }
    }

    private async ValueTask<LuceneIndex> OpenLuceneAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LuceneIndex.OpenAsync(Directory, cancellationToken);
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, this);
        }
    }
}
