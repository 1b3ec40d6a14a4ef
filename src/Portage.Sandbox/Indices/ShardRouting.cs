using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Portage.Sandbox.Indices;

/// <summary>
/// Which shard a document goes to, as OpenSearch 2.x and Elasticsearch 7 compute it: MurmurHash3 (x86, 32 bits, seed 0) over the
/// UTF-16 of the routing or else the id, modulo the number of routing shards, divided by their share per shard.
/// </summary>
internal sealed class ShardRouting(IndexSettings settings)
{
    private readonly int _shards = settings.Number("index.number_of_shards", 1);
    private readonly int _routingShards = settings.Number("index.number_of_routing_shards", RoutingShards(settings.Number("index.number_of_shards", 1)));
    private readonly int _partition = settings.Number("index.routing_partition_size", 1);

    public int ShardOf(string id, string? routing)
    {
        // An index of one shard needs no hash, and most have one.
        if (_shards == 1)
        {
            return 0;
        }

        var hash = Hash(routing ?? id);
        if (_partition > 1)
        {
            hash += Modulo(Hash(id), _partition);
        }

        return Modulo(hash, _routingShards) / (_routingShards / _shards);
    }

    // Room for ten splits, at least for one (MetadataCreateIndexService.calculateNumRoutingShards).
    private static int RoutingShards(int shards) =>
        shards << Math.Max(1, 10 - (32 - BitOperations.LeadingZeroCount((uint)(shards - 1))));

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
