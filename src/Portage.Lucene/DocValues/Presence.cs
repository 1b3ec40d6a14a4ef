using System.Buffers.Binary;
using System.Numerics;

namespace Portage.Lucene.DocValues;

/// <summary>Which documents have a value, and as how many-th of those that have (<c>IndexedDISI</c>, see <see cref="LiveDocs.DocumentsWithField"/> for its bytes).</summary>
/// <remarks>Goes forward; going back begins anew. One block of 65,536 documents is kept.</remarks>
/// <param name="Offset">In the <c>.dvd</c>; -1: all documents, -2: none.</param>
/// <param name="Length">In bytes.</param>
/// <param name="RankPower">-1: no rank tables.</param>
internal sealed record Presence(long Offset, long Length, int RankPower)
{
    private const int BlockShift = 16;
    private const int BlockDocuments = 1 << BlockShift;
    private const int DenseMin = 4_096;
    private const int DenseWords = BlockDocuments / 64;
    private const int LastBlock = 0x7FFF;

    private readonly ulong[] _bits = new ulong[DenseWords];
    private int _block = -1;
    private long _before;
    private int _cardinality;
    private long _next;

    /// <summary>For each of some documents its number among those with a value; -1 where it has none.</summary>
    public async ValueTask<long[]> RanksAsync(DataRanges data, int first, int count, CancellationToken cancellationToken)
    {
        var ranks = new long[count];
        switch (Offset)
        {
            case -2:
                ranks.AsSpan().Fill(-1);
                return ranks;
            case -1:
                for (var i = 0; i < count; i++)
                {
                    ranks[i] = first + i;
                }

                return ranks;
        }

        for (var done = 0; done < count;)
        {
            var document = first + done;
            await MoveToAsync(data, document >> BlockShift, cancellationToken);
            var here = Math.Min(count - done, BlockDocuments - (document & (BlockDocuments - 1)));
            Rank(document, ranks.AsSpan(done, here));
            done += here;
        }

        return ranks;
    }

    private void Rank(int document, Span<long> ranks)
    {
        if (_block != document >> BlockShift)
        {
            // A block without any value is not there.
            ranks.Fill(-1);
            return;
        }

        var start = document & (BlockDocuments - 1);
        var rank = _before;
        for (var word = 0; word < start >> 6; word++)
        {
            rank += BitOperations.PopCount(_bits[word]);
        }

        rank += BitOperations.PopCount(_bits[start >> 6] & ((1UL << (start & 63)) - 1));
        for (var i = 0; i < ranks.Length; i++)
        {
            var bit = start + i;
            ranks[i] = (_bits[bit >> 6] & (1UL << (bit & 63))) != 0 ? rank++ : -1;
        }
    }

    private async ValueTask MoveToAsync(DataRanges data, int block, CancellationToken cancellationToken)
    {
        if (block < _block)
        {
            (_block, _before, _cardinality, _next) = (-1, 0, 0, 0);
        }

        while (_block < block)
        {
            var header = await data.ReadAsync(Offset + Within(data, 4), 4, cancellationToken);
            var number = BinaryPrimitives.ReadUInt16LittleEndian(header);
            if (number <= _block && _block >= 0)
            {
                throw data.Corrupt(Offset + _next, $"a block after {_block}", $"{number}");
            }

            if (number > block)
            {
                // The one that is looked for is empty; this one is for later.
                return;
            }

            _before += _cardinality;
            (_block, _cardinality) = (number, BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(2)) + 1);
            _next += 4;
            await ReadBlockAsync(data, isWanted: number == block, cancellationToken);
            if (number == LastBlock)
            {
                return;
            }
        }
    }

    private async ValueTask ReadBlockAsync(DataRanges data, bool isWanted, CancellationToken cancellationToken)
    {
        if (_cardinality == BlockDocuments)
        {
            _bits.AsSpan().Fill(ulong.MaxValue);
            return;
        }

        var isDense = _cardinality >= DenseMin;
        var rankBytes = isDense && RankPower >= 0 ? (BlockDocuments >> RankPower) * 2 : 0;
        var bytes = isDense ? DenseWords * 8 : _cardinality * 2;
        var at = Within(data, rankBytes + bytes) + rankBytes;
        _next = at + bytes;
        if (isWanted)
        {
            Fill(data, await data.ReadAsync(Offset + at, bytes, cancellationToken), isDense);
        }
    }

    private void Fill(DataRanges data, byte[] content, bool isDense)
    {
        _bits.AsSpan().Clear();
        for (var i = 0; i < (isDense ? DenseWords : _cardinality); i++)
        {
            if (isDense)
            {
                _bits[i] = BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(i * 8));
            }
            else
            {
                var document = BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(i * 2));
                _bits[document >> 6] |= 1UL << (document & 63);
            }
        }

        var found = 0;
        foreach (var word in _bits)
        {
            found += BitOperations.PopCount(word);
        }

        if (found != _cardinality)
        {
            throw data.Corrupt(Offset, $"{_cardinality} documents in block {_block}", $"{found}");
        }
    }

    private long Within(DataRanges data, int bytes) =>
        Length >= 0 && _next <= Length - bytes ? _next : throw data.Corrupt(Offset, $"{bytes} bytes more of {Length}", $"{_next} used");
}
