using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Portage.Clusters.Validation;

/// <summary>
/// Which shard of an index a document is in, as OpenSearch and Elasticsearch from 7 on compute it: MurmurHash3 (x86, 32 bits, seed 0) over the
/// UTF-16 of the routing or else the id, modulo the number of routing shards, divided by their share per shard. Clusters do not tell it.
/// </summary>
/// <param name="shards">How many primaries the index has; positive.</param>
/// <param name="routingShards">How many it was made to be split into; a multiple of <paramref name="shards"/>.</param>
/// <param name="partition">Over how many shards the documents of one routing are spread; 1 for one.</param>
public sealed class ShardRouting(int shards, int routingShards, int partition)
{
    /// <summary>The number of a document's shard, from 0.</summary>
    public int ShardOf(string id, string? routing)
    {
        // An index of one shard needs no hash, and most have one.
        if (shards == 1)
        {
            return 0;
        }

        var hash = Hash(routing ?? id);
        if (partition > 1)
        {
            hash += Modulo(Hash(id), partition);
        }

        return Modulo(hash, routingShards) / (routingShards / shards);
    }

    /// <summary>How many routing shards an index is given that is made without a word about them: room for ten splits, at least for one.</summary>
    public static int RoutingShardsOf(int shards) => shards << Math.Max(1, 10 - (32 - BitOperations.LeadingZeroCount((uint)(shards - 1))));

    private static int Modulo(int value, int divisor) => ((value % divisor) + divisor) % divisor;

    private static int Hash(string text)
    {
        var bytes = BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(text.AsSpan()) : Encoding.Unicode.GetBytes(text);
        unchecked
        {
            var hash = 0u;
            var rest = bytes;
            while (rest.Length >= 4)
            {
                hash ^= Mix(BinaryPrimitives.ReadUInt32LittleEndian(rest));
                hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xe6546b64;
                rest = rest[4..];
            }

            // UTF-16 leaves nothing or one unit.
            if (rest.Length == 2)
            {
                hash ^= Mix(BinaryPrimitives.ReadUInt16LittleEndian(rest));
            }

            hash ^= (uint)bytes.Length;
            hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
            hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
            return (int)(hash ^ (hash >> 16));
        }
    }

    private static uint Mix(uint block) => unchecked(BitOperations.RotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593);
}
