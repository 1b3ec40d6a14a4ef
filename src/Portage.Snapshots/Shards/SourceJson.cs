using Portage.Snapshots.Formats;
using Portage.Snapshots.Repositories;

namespace Portage.Snapshots.Shards;

/// <summary>Turns sources that were sent in another format into JSON, as the server does when it shows them.</summary>
public static class SourceJson
{
    private const string Where = "source";

    /// <summary>The JSON text of a source, UTF-8; the source itself where it is JSON already.</summary>
    /// <param name="why">Where it cannot be turned into JSON, the reason as a sentence.</param>
    public static bool TryConvert(ReadOnlyMemory<byte> source, SourceFormat format, out ReadOnlyMemory<byte> json, out string why)
    {
        (json, why) = (source, "");
        try
        {
            switch (format)
            {
                case SourceFormat.Json:
                    return true;
                case SourceFormat.Cbor:
                    json = CborDecoder.ToJson(source, Where);
                    return true;
                case SourceFormat.Smile:
                    json = SmileDecoder.ToJson(source.Span, Where);
                    return true;
                case SourceFormat.Yaml:
                    json = YamlDecoder.ToJson(source.Span, Where);
                    return true;
                default:
                    why = "The source is none of JSON, SMILE, CBOR and YAML.";
                    return false;
            }
        }
        catch (CorruptBlobException failure)
        {
            why = $"The source is {Name(format)} and cannot be turned into JSON: expected {failure.Expected}, found {failure.Found}.";
        }
        catch (UnsupportedRepositoryException failure)
        {
            why = $"The source is {Name(format)} and cannot be turned into JSON: {failure.Format} is not known.";
        }

        return false;
    }

    private static string Name(SourceFormat format) => format.ToString().ToUpperInvariant();
}
