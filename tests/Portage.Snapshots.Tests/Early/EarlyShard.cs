using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portage.Lucene.Files;
using Portage.Snapshots.Tests.Repositories;

namespace Portage.Snapshots.Tests.Early;

/// <summary>
/// A repository of Elasticsearch 1.x with one index of one shard, whose one segment is of Lucene 4.0: the only format of stored fields without
/// any checksum or compression. Written by hand, for what no fixture has.
/// </summary>
internal static class EarlyShard
{
    private static readonly string[] Fields = ["_uid", "_source", "_parent", "_routing", "_timestamp", "_ttl"];

    /// <summary>The repository's blobs; the shard's files are <c>indices/old/0/NAME</c>.</summary>
    /// <param name="mapping">Of the type <c>t</c>.</param>
    public static MemoryStore Write(IReadOnlyList<EarlyDocument> documents, string mapping = "{}")
    {
        var files = Segment(documents);
        var list = new JsonObject
        {
            ["name"] = "one",
            ["index_version"] = 1,
            ["files"] = new JsonArray([.. files.Select(file => (JsonNode)new JsonObject
            {
                ["name"] = file.Key,
                ["physical_name"] = file.Key,
                ["length"] = file.Value.Length,
                // Nobody took one of the commit.
                ["checksum"] = file.Key.StartsWith("segments_", StringComparison.Ordinal) ? null : Base36(Adler32(file.Value)),
            })]),
        };
        Dictionary<string, string> blobs = new(StringComparer.Ordinal)
        {
            ["index"] = """{"snapshots":["one"]}""",
            ["snapshot-one"] = """{"snapshot":{"name":"one","version_id":1000199,"indices":["old"],"state":"SUCCESS","start_time":1,"end_time":2,"total_shards":1,"successful_shards":1,"failures":[]}}""",
            ["metadata-one"] = """{"meta-data":{"version":1,"templates":{}}}""",
            ["indices/old/snapshot-one"] = """{"old":{"version":1,"state":"open","settings":{"index.number_of_shards":"1","index.version.created":"1000199"},"mappings":[{"t":MAPPING}],"aliases":{}}}""".Replace("MAPPING", mapping, StringComparison.Ordinal),
            ["indices/old/0/snapshot-one"] = list.ToJsonString(),
        };
        return new(
        [
            .. blobs.Select(blob => KeyValuePair.Create(blob.Key, Encoding.UTF8.GetBytes(blob.Value))),
            .. files.Select(file => KeyValuePair.Create($"indices/old/0/{file.Key}", file.Value)),
        ]);
    }

    private static Dictionary<string, byte[]> Segment(IReadOnlyList<EarlyDocument> documents)
    {
        byte[] commit = [.. Header("segments"), .. Int64(1), .. Int32(1), .. Int32(1), .. Text("_0"), .. Text("Lucene40"), .. Int64(-1), .. Int32(0), .. Int32(0)];
        var (data, index) = (Header("Lucene40StoredFieldsData"), Header("Lucene40StoredFieldsIndex"));
        foreach (var document in documents)
        {
            index = [.. index, .. Int64(data.Length)];
            data = [.. data, .. Document(document)];
        }

        string[] names = ["_0.si", "_0.fnm", "_0.fdt", "_0.fdx"];
        return new(StringComparer.Ordinal)
        {
            ["segments_1"] = [.. commit, .. Int64(Crc32.Compute(commit))],
            ["_0.si"] = [.. Header("Lucene40SegmentInfo"), .. Text("4.0"), .. Int32(documents.Count), 0, .. Int32(0), .. Int32(0), .. Int32(names.Length), .. names.SelectMany(Text)],
            ["_0.fnm"] = [.. Header("Lucene40FieldInfos"), (byte)Fields.Length, .. Fields.SelectMany((name, number) => (byte[])[.. Text(name), (byte)number, 0, 0, .. Int32(0)])],
            ["_0.fdt"] = data,
            ["_0.fdx"] = index,
        };
    }

    private static byte[] Document(EarlyDocument document)
    {
        var fields = new List<byte[]>();
        Add(0, 0, Text(document.Uid));
        Add(1, 2, document.Source is { } source ? [.. VInt(source.Length), .. source] : null);
        Add(2, 0, document.Parent is { } parent ? Text(parent) : null);
        Add(3, 0, document.Routing is { } routing ? Text(routing) : null);
        Add(4, 16, document.Timestamp is { } timestamp ? Int64(timestamp) : null);
        Add(5, 16, document.Expiry is { } expiry ? Int64(expiry) : null);
        return [(byte)fields.Count, .. fields.SelectMany(field => field)];

        void Add(byte number, byte bits, byte[]? value)
        {
            if (value is not null)
            {
                fields.Add([number, bits, .. value]);
            }
        }
    }

    private static byte[] Header(string codec) => [0x3F, 0xD7, 0x6C, 0x17, .. Text(codec), 0, 0, 0, 0];

    private static byte[] Text(string text) => [.. VInt(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] VInt(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), .. VInt(value >> 7)];

    private static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }

    // As the specification has it (RFC 1950), slowly.
    private static uint Adler32(byte[] bytes)
    {
        var (a, b) = (1u, 0u);
        foreach (var one in bytes)
        {
            a = (a + one) % 65_521;
            b = (b + a) % 65_521;
        }

        return (b << 16) | a;
    }

    private static string Base36(long value) => value < 36
        ? "0123456789abcdefghijklmnopqrstuvwxyz"[(int)value].ToString(CultureInfo.InvariantCulture)
        : Base36(value / 36) + Base36(value % 36);
}

/// <summary>What is stored of a document.</summary>
internal sealed record EarlyDocument(string Uid, byte[]? Source)
{
    public string? Parent { get; init; }

    public string? Routing { get; init; }

    public long? Timestamp { get; init; }

    public long? Expiry { get; init; }
}
