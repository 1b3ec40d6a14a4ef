using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;
using Portage.Snapshots.Shards;

namespace Portage.Fuzz.Targets;

/// <summary>One decoder by itself.</summary>
internal sealed class DecoderTarget(string name, IReadOnlyList<FuzzSeed> seeds, Action<byte[]> decode) : FuzzTarget
{
    public override string Name => $"decoder.{name}";

    public override IReadOnlyList<FuzzSeed> Seeds => seeds;

    public override void Run(FuzzSeed seed, byte[] bytes) => decode(bytes);

    public override bool IsExpected(Exception failure) => failure is CorruptBlobException or UnsupportedRepositoryException;

    /// <param name="metadata">Bodies of metadata, and sources in every format.</param>
    public static IEnumerable<FuzzTarget> All(IReadOnlyList<FuzzSeed> metadata, IReadOnlyList<FuzzSeed> sources, IReadOnlyList<FuzzSeed> compressed)
    {
        FuzzSeed[] Of(SourceFormat format) => [.. sources.Where(seed => SourceFormats.Of(seed.Bytes) == format)];
        yield return new DecoderTarget("smile", [.. metadata, .. Of(SourceFormat.Smile)], bytes => SmileDecoder.ToJson(bytes, "x"));
        yield return new DecoderTarget("cbor", Of(SourceFormat.Cbor), bytes => CborDecoder.ToJson(bytes, "x"));
        yield return new DecoderTarget("yaml", Of(SourceFormat.Yaml), bytes => YamlDecoder.ToJson(bytes, "x"));
        yield return new DecoderTarget("lzf", [.. compressed.Where(seed => seed.Bytes.AsSpan().StartsWith(LzfDecoder.Mark))], bytes => LzfDecoder.Decode(bytes, 1 << 24, "x"));
        yield return new DecoderTarget("body", compressed, bytes => MetadataBody.ToJson(bytes, "x"));
        // Whatever it is, it is told apart, made JSON or not, and made fit for a line, without an exception.
        yield return new DecoderTarget("source", sources, bytes =>
        {
            if (SourceJson.TryConvert(bytes, SourceFormats.Of(bytes), out var json, out _))
            {
                SourceText.Compact(json);
            }
        });
        yield return new DecoderTarget("id", [new("ids", [0xFE, 0x12, 0x3F]), new("ids", [0xFF, 0x61]), new("ids", [0xFD, 1, 2, 3])], bytes => DocumentId.Decode(bytes));
    }
}
