using System.Runtime.InteropServices;

namespace Portage.Bench.Benches;

/// <summary>Sources in chunks, compressed by the makers' own libraries: liblz4, and zlib at the level that Lucene asks for.</summary>
internal sealed partial class PeerCodec(bool isDeflate)
{
    private const int ChunkBytes = 60 * 1024;
    private const long BytesMax = 256_000_000;
    private const int DeflateLevel = 6;

    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly List<(byte[] Compressed, int Length)> _chunks = [];
    private int _filled;
    private long _bytes;

    /// <summary>True when more would only take time.</summary>
    public bool IsFull => _bytes >= BytesMax;

    public void Add(ReadOnlySpan<byte> source)
    {
        _bytes += source.Length;
        while (source.Length > 0)
        {
            var part = Math.Min(source.Length, ChunkBytes - _filled);
            source[..part].CopyTo(_chunk.AsSpan(_filled));
            source = source[part..];
            if ((_filled += part) == ChunkBytes)
            {
                _chunks.Add((Compress(), ChunkBytes));
                _filled = 0;
            }
        }
    }

    /// <summary>Inflates every chunk into the same memory.</summary>
    /// <returns>How many bytes came out.</returns>
    public long Inflate()
    {
        var bytes = 0L;
        foreach (var (compressed, length) in _chunks)
        {
            var inflated = (nuint)length;
            var came = isDeflate
                ? Uncompress(_chunk, ref inflated, compressed, (nuint)compressed.Length) == 0 ? (long)inflated : -1
                : DecompressSafe(compressed, _chunk, compressed.Length, length);
            bytes += came == length ? came : throw new InvalidOperationException("The peer cannot read what it wrote.");
        }

        return bytes;
    }

    private byte[] Compress()
    {
        // Both say that this is enough for anything.
        var room = new byte[ChunkBytes + (ChunkBytes / 128) + 64];
        var length = (nuint)room.Length;
        var written = isDeflate
            ? Compress2(room, ref length, _chunk, ChunkBytes, DeflateLevel) == 0 ? (int)length : 0
            : CompressDefault(_chunk, room, ChunkBytes, room.Length);
        return written > 0 ? room[..written] : throw new InvalidOperationException("The peer cannot compress.");
    }

    [LibraryImport("liblz4.so.1", EntryPoint = "LZ4_compress_default")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CompressDefault(byte[] source, byte[] destination, int sourceSize, int destinationCapacity);

    [LibraryImport("liblz4.so.1", EntryPoint = "LZ4_decompress_safe")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DecompressSafe(byte[] source, byte[] destination, int compressedSize, int destinationCapacity);

    [LibraryImport("libz.so.1", EntryPoint = "compress2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Compress2(byte[] destination, ref nuint destinationLength, byte[] source, nuint sourceLength, int level);

    [LibraryImport("libz.so.1", EntryPoint = "uncompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Uncompress(byte[] destination, ref nuint destinationLength, byte[] source, nuint sourceLength);
}
