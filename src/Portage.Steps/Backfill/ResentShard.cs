using System.Collections.Concurrent;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>The documents of a shard that were refused, in the order of the findings, as the snapshot has them.</summary>
/// <remarks>The numbers say what changes: who is sent again is not rejected any more, until it is once more.</remarks>
internal sealed class ResentShard(IStepFiles files, ItemJournal journal, int shard) : ICopied
{
    // Farther apart, it costs less to begin at the next one than to read what lies between.
    private const int ReadOverMax = 1_000;

    // Read and not acknowledged yet.
    private readonly ConcurrentQueue<(long Position, long End, bool WasNoop)> _underWay = [];

    private readonly ItemJournal _journal = journal;

    public ItemPosition Position => _journal.Resent.Of(shard);

    public async ValueTask<ICopiedDocuments> OpenAsync(ShardSnapshot opened, CancellationToken cancellationToken)
    {
        var left = _journal.Resent.Left;
        var lines = await left.OpenAsync(files, cancellationToken) ?? throw new InvalidOperationException($"{left.Location} is gone.");
        return new Documents(this, opened, lines.GetAsyncEnumerator(cancellationToken));
    }

    public async Task<ItemPosition> MoveToAsync(ItemPosition position, ReadOnlyMemory<byte> findings)
    {
        if (position.IsDone)
        {
            // Which documents are left the file tells.
            return position;
        }

        var (at, count, noops) = (0L, 0, 0);
        while (_underWay.TryDequeue(out var sent))
        {
            (at, count, noops) = (sent.End, count + 1, noops + (sent.WasNoop ? 1 : 0));
            if (sent.Position == position.Position)
            {
                break;
            }
        }

        var numbers = position.Numbers
            .SetItem(ResentJournal.Sent, position.Numbers.GetValueOrDefault(ResentJournal.Sent) + count)
            .SetItem(BackfillProgress.Rejected, position.Numbers.GetValueOrDefault(BackfillProgress.Rejected) - count);
        numbers = noops == 0 ? numbers : numbers.SetItem(BackfillProgress.Noop, numbers.GetValueOrDefault(BackfillProgress.Noop) - noops);
        var moved = new ItemPosition(at, IsDone: false, numbers);
        await _journal.Resent.MoveToAsync(shard, moved, findings);
        return moved;
    }

    private sealed class Documents(ResentShard resent, ShardSnapshot shard, IAsyncEnumerator<FindingsLine> lines) : ICopiedDocuments
    {
        private readonly long _sent = resent.Position.Position;
        private ShardReader? _reader;
        private long _at = long.MaxValue;

        public SourceDocument Current => _reader!.Current;

        public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
        {
            while (await lines.MoveNextAsync())
            {
                if (lines.Current.End <= _sent || RejectedLine.Parse(lines.Current.Text) is not { } line || line.Shard != shard.Number)
                {
                    continue;
                }

                await MoveToAsync(line, cancellationToken);
                resent._underWay.Enqueue((line.Position, lines.Current.End, line.WasNoop));
                return true;
            }

            return false;
        }

        public async ValueTask DisposeAsync()
        {
            await lines.DisposeAsync();
            if (_reader is not null)
            {
                await _reader.DisposeAsync();
            }
        }

        private async ValueTask MoveToAsync(RejectedLine line, CancellationToken cancellationToken)
        {
            if (_at >= line.Position || line.Position - _at > ReadOverMax)
            {
                if (_reader is not null)
                {
                    await _reader.DisposeAsync();
                }

                _reader = await shard.OpenReaderAsync(line.Position, resent._journal.Whole, cancellationToken);
            }

            while (await _reader!.MoveNextAsync(cancellationToken) && _reader.Current.Position < line.Position)
            {
            }

            _at = line.Position;
            if (_reader.Current.Position != line.Position || _reader.Current.Id != line.Id)
            {
                throw new InvalidOperationException($"{line.Place} is not '{line.Id}' in the snapshot any more.");
            }
        }
    }
}
