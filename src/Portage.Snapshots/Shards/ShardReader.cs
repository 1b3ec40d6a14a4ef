using Portage.Lucene;
using Portage.Lucene.LiveDocs;
using Portage.Lucene.StoredFields;
using Portage.Snapshots.Rebuilding;

namespace Portage.Snapshots.Shards;

/// <summary>
/// Goes over the documents of a shard, or of a range of it, one by one, in the order of their positions: those that are deleted, the hidden
/// documents of nested objects and the tombstones of deletions are left out.
/// </summary>
/// <remarks>
/// Memory is that of one chunk of stored fields (some hundred kilobytes, or the largest document) and one bit a document. Before the
/// first document of a segment is handed out, its large files are read to their ends and their checksums compared, wherever the
/// reader begins (<see cref="IWholeFiles"/>): no document of a damaged file is ever seen. A range may begin and end anywhere: a document
/// belongs to the one that has its own position, wherever the hidden documents of its nested objects lie.
/// </remarks>
public sealed class ShardReader : IAsyncDisposable
{
    private readonly ShardSnapshot _shard;
    private readonly LuceneIndex _lucene;
    private readonly DocumentFields _fields;
    private readonly IWholeFiles _whole;
    private LiveDocumentReader? _documents;
    private SourceRebuilder? _rebuilder;
    private SourceDocument? _current;
    private int _segment = -1;
    private long _segmentStart;
    private long _finishedBytes;
    private readonly PositionRange _range;

    internal ShardReader(ShardSnapshot shard, LuceneIndex lucene, PositionRange range, IWholeFiles whole)
    {
        (_shard, _lucene, _range, _whole) = (shard, lucene, range, whole);
        _fields = new(shard);
    }

    /// <summary>The document that was moved to last.</summary>
    /// <exception cref="InvalidOperationException">There is none yet, or no more.</exception>
    public SourceDocument Current => _current ?? throw new InvalidOperationException("There is no current document.");

    /// <summary>Compressed bytes of stored fields that are behind; goes up to <see cref="ShardCounts.StoredBytes"/>.</summary>
    public long StoredBytesRead => _finishedBytes + (_documents?.Position ?? 0);

    /// <summary>Moves to the next document, the first one to begin with.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="Repositories.RepositoryException">A blob is missing, corrupt or of a format that cannot be read.</exception>
    public ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        // Nearly always the document is in the chunk that is already there: no state machine for that.
        try
        {
            while (_documents is not null && _rebuilder is null)
            {
                var move = _documents.MoveNextAsync(cancellationToken);
                if (!move.IsCompletedSuccessfully)
                {
                    return MoveSlowlyAsync(move, cancellationToken);
                }

                if (!move.Result)
                {
                    break;
                }

                if (IsBeyond)
                {
                    return EndAsync();
                }

                if (Take())
                {
                    return new(true);
                }
            }
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, _shard);
        }

        return MoveSlowlyAsync(new(false), cancellationToken);
    }

    private RebuildPlan? Plan => _shard.Index.SourceStorage.Plan;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _current = null;
        if (_documents is not null)
        {
            await _documents.DisposeAsync();
            _documents = null;
        }

        if (_rebuilder is not null)
        {
            await _rebuilder.DisposeAsync();
            _rebuilder = null;
        }
    }

    private async ValueTask<bool> MoveSlowlyAsync(ValueTask<bool> move, CancellationToken cancellationToken)
    {
        try
        {
            if (_rebuilder is not null)
            {
                move = _documents!.MoveNextAsync(cancellationToken);
            }

            while (true)
            {
                if (await move)
                {
                    if (IsBeyond)
                    {
                        return await EndAsync();
                    }

                    if (_rebuilder is not null)
                    {
                        await _rebuilder.PrepareAsync(_documents!.Document, cancellationToken);
                    }

                    if (Take())
                    {
                        return true;
                    }
                }
                else if (!await OpenNextSegmentAsync(cancellationToken))
                {
                    return false;
                }

                move = _documents!.MoveNextAsync(cancellationToken);
            }
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            throw ShardFailures.Translate(failure, _shard);
        }
    }

    /// <summary>True when the document that was moved to is not of the range any more.</summary>
    private bool IsBeyond => _segmentStart + _documents!.Document >= _range.End;

    private async ValueTask<bool> EndAsync()
    {
        await DisposeAsync();
        _segment = _lucene.Segments.Count;
        return false;
    }

    private async ValueTask<bool> OpenNextSegmentAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        if (_segment >= 0 && _segment < _lucene.Segments.Count)
        {
            Finish(_lucene.Segments[_segment]);
        }

        while (++_segment < _lucene.Segments.Count)
        {
            var segment = _lucene.Segments[_segment];
            if (_segmentStart >= _range.End)
            {
                return await EndAsync();
            }

            var first = _range.From - _segmentStart;
            if (first >= segment.MaxDoc || segment.LiveDocumentCount == 0)
            {
                Finish(segment);
                continue;
            }

            await RequireWholeAsync(segment, cancellationToken);
            var fields = await segment.ReadFieldInfosAsync(cancellationToken);
            _rebuilder = Plan is { } plan ? await SourceRebuilder.OpenAsync(plan, segment, fields, cancellationToken) : null;
            _fields.Enter(fields, _rebuilder);
            _documents = await segment.OpenLiveDocumentsAsync(new StoredFieldsOptions { FromDocument = (int)Math.Max(first, 0), ReadAhead = _shard.ReadAhead }, cancellationToken);
            return true;
        }

        return false;
    }

    private async ValueTask RequireWholeAsync(LuceneSegment segment, CancellationToken cancellationToken)
    {
        foreach (var file in EarlyChecksum.FilesOf(_shard, segment.Name))
        {
            await RequireWholeAsync(new(_shard.Number, file.Name, file.Length, file.Checksum!.Value), async token =>
            {
                await using var content = await _shard.OpenBlobsAsync(file, token);
                await EarlyChecksum.VerifyAsync(content, file, token);
            }, cancellationToken);
        }

        foreach (var file in await segment.ListScannedFilesAsync(Plan?.Columns ?? [], cancellationToken))
        {
            var listed = _shard.Files.GetValueOrDefault(file.Name)?.Checksum;
            if (listed is { } checksum && checksum != file.Checksum)
            {
                // Sound in itself, and not the file that the snapshot saved.
                throw new CorruptIndexException(file.Name, 0, $"the checksum {checksum:X8}, as the shard's list has it", $"{file.Checksum:X8}");
            }

            await RequireWholeAsync(new(_shard.Number, file.Name, file.Length, file.Checksum), token => segment.VerifyAsync(file, token), cancellationToken);
        }
    }

    private ValueTask RequireWholeAsync(WholeFile found, Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken) =>
        _whole.RequireAsync(found, token => VerifyAsync(verify, token), cancellationToken);

    private async ValueTask VerifyAsync(Func<CancellationToken, ValueTask> verify, CancellationToken cancellationToken)
    {
        try
        {
            await verify(cancellationToken);
        }
        catch (Exception failure) when (ShardFailures.Is(failure))
        {
            // Who remembers it tells it to the other readers of the file as well.
            throw ShardFailures.Translate(failure, _shard);
        }
    }

    private void Finish(LuceneSegment segment)
    {
        _segmentStart += segment.MaxDoc;
        _finishedBytes += segment.StoredFieldsLength;
    }

    private bool Take()
    {
        var document = _documents!.Document;
        _current = _fields.Read(_documents.Fields, _lucene.Segments[_segment].Name, document, _segmentStart + document);
        return _current is not null;
    }
}
