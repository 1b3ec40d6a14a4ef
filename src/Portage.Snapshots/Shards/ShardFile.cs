using System.Globalization;
using System.Text.Json;
using Portage.Lucene.Files;
using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Shards;

/// <summary>One file of a shard's Lucene index, and the blobs that hold it.</summary>
public sealed class ShardFile
{
    private ShardFile()
    {
    }

    /// <summary>The file's name in the Lucene index: <c>_0.cfs</c>, <c>segments_3</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What its blob is called, or its blobs before <c>.part0</c> and so on. A virtual file (<c>v__…</c>) has none.</summary>
    public required string BlobName { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public required long Length { get; init; }

    /// <summary>
    /// The checksum that stands in the file's footer, as the repository recorded it; null where it did not. Of a file that has no footer: see
    /// <see cref="HasEarlyChecksum"/>.
    /// </summary>
    public required uint? Checksum { get; init; }

    /// <summary>Bytes of each part but the last.</summary>
    public required long PartBytes { get; init; }

    /// <summary>The version of Lucene that wrote the file; null where the repository does not say.</summary>
    public required string? WrittenBy { get; init; }

    /// <summary>True for a file of Lucene before 4.8, or of a version that nobody noted: its checksum is the Adler-32 of all its bytes.</summary>
    public bool HasEarlyChecksum => WrittenBy is null || IsBefore48(WrittenBy);

    /// <summary>True where the file's content stands in the shard's metadata and there is no blob (since Elasticsearch 7.3).</summary>
    public bool IsVirtual => BlobName.StartsWith("v__", StringComparison.Ordinal);

    /// <summary>How many blobs hold it, at least 1 unless it is virtual.</summary>
    public int PartCount => IsVirtual ? 0 : (int)Math.Max(1, (Length + PartBytes - 1) / PartBytes);

    /// <summary>
    /// The whole content where the metadata has it, its length and checksum checked. The metadata also carries the content of
    /// small files that have a blob; it saves reading that.
    /// </summary>
    internal ReadOnlyMemory<byte>? Content { get; private init; }

    /// <summary>The name of one of the blobs that hold the file.</summary>
    public string PartName(int part) => PartCount <= 1 ? BlobName : $"{BlobName}.part{part}";

    internal static IReadOnlyDictionary<string, ShardFile> ParseAll(BlobJson json)
    {
        var files = new Dictionary<string, ShardFile>(StringComparer.Ordinal);
        foreach (var element in json.Member("files").Elements())
        {
            var file = Parse(element);
            if (!files.TryAdd(file.Name, file))
            {
                throw new CorruptBlobException(json.Blob, "each file once", $"'{file.Name}' twice");
            }
        }

        return files;
    }

    private static ShardFile Parse(BlobJson json)
    {
        var name = json.Member("physical_name").Text();
        var length = json.Member("length").Number();
        // No part size means one part (Elasticsearch 1.x).
        var partBytes = json.Find("part_size")?.Number() ?? long.MaxValue;
        if (length is < 0 or > LengthMax || partBytes <= 0 || length / partBytes > PartsMax)
        {
            throw new CorruptBlobException(json.Blob, $"a length and a part size of '{name}'", $"{length} and {partBytes}");
        }

        var file = new ShardFile
        {
            Name = name,
            BlobName = BlobPath.Part(json.Member("name").Text(), json.Blob),
            Length = length,
            Checksum = ParseChecksum(json.Find("checksum")),
            // Long.MAX_VALUE stands for "in one part" and would overflow in the arithmetic above.
            PartBytes = Math.Min(partBytes, Math.Max(length, 1)),
            WrittenBy = json.Find("written_by")?.Text(),
            Content = json.Find("meta_hash") is { } hash ? ParseContent(hash, length) : null,
        };
        return file.IsVirtual && file.Content is null
            ? throw new CorruptBlobException(json.Blob, $"the {length:N0} bytes of the virtual file '{name}' in 'meta_hash'", "fewer or other ones")
            : file;
    }

    private const int PartsMax = 1_000_000;

    // A shard has 2 billion documents at most; and what is summed up must not overflow.
    private const long LengthMax = 1L << 48;

    private static bool IsBefore48(string version) =>
        version.Split('.') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
        && (first, second) is ( < 4, _) or (4, < 8);

    private static uint? ParseChecksum(BlobJson? json) => json switch
    {
        null => null,
        { } text when Base36.TryParse(text.Text(), out var value) && value <= uint.MaxValue => (uint)value,
        { } other => throw other.Unlike("a checksum in base 36"),
    };

    // Where the file is longer than what is kept (1 MB), meta_hash is only its beginning: the blob counts.
    private static ReadOnlyMemory<byte>? ParseContent(BlobJson json, long length)
    {
        if (json.Value.ValueKind != JsonValueKind.String || !json.Value.TryGetBytesFromBase64(out var bytes))
        {
            throw json.Unlike("bytes in base64");
        }

        return bytes.Length == length ? bytes : null;
    }
}
