namespace Portage.Steps.Metadata.Rules;

/// <summary>A codec that the target refuses becomes the one nearest to it that every target has.</summary>
/// <remarks>
/// <c>default</c> and <c>best_compression</c> are everywhere. OpenSearch has <c>lz4</c> and <c>zlib</c> as other names of theirs since 2.9, <c>zstd</c> and
/// <c>zstd_no_dict</c> in 2.9 and from then on by a plugin, and others (<c>qat_lz4</c>, <c>qat_deflate</c>) on some machines; Elasticsearch 8 has
/// <c>legacy_default</c> and the like; plugins have names of their own. So it is the target that is asked.
/// </remarks>
internal static class CodecRules
{
    /// <summary>The setting.</summary>
    public const string Setting = "index.codec";

    /// <summary>What refines it; of some codecs only.</summary>
    public const string Level = "index.codec.compression_level";

    /// <summary>What every target has.</summary>
    public static bool IsEverywhere(string codec) => codec is Plain or Small;

    private const string Plain = "default";
    private const string Small = "best_compression";

    // Names of what packs more than LZ4 does.
    private static readonly string[] Packing = ["zstd", "zlib", "deflate", "compression", "gzip", "brotli"];

    /// <summary>The one nearest to a codec, by the room that an index takes.</summary>
    public static string NearestTo(string codec) => Packing.Any(part => codec.Contains(part, StringComparison.OrdinalIgnoreCase)) ? Small : Plain;

    /// <summary>Puts another in the place of one that is refused.</summary>
    public static void Replace(Draft draft, string codec)
    {
        var nearest = NearestTo(codec);
        draft.Settings[Setting] = System.Text.Json.Nodes.JsonValue.Create(nearest)!;
        draft.Change($"setting {Setting}: {codec} → {nearest}, as the target does not know {codec}; it takes other room on disk, and nothing else differs");
        if (draft.Settings.ContainsKey(Level))
        {
            draft.DropSetting(Level, $"{nearest} has none");
        }
    }
}
