using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Metadata;

/// <summary>The settings of an index as the snapshot keeps them: flat names, values as texts.</summary>
public sealed class IndexSettings
{
    private readonly BlobJson _json;

    internal IndexSettings(BlobJson json) => _json = json;

    /// <summary>All of them: <c>{"index.number_of_shards":"2"}</c>, lists as arrays of texts.</summary>
    public JsonElement Json => _json.Value;

    /// <summary>The value of a setting by its full name (<c>index.codec</c>), or null where it is not set; a list as its JSON text.</summary>
    /// <exception cref="Repositories.CorruptBlobException">The value is not valid text.</exception>
    public string? Find(string name) => _json.Find(name) switch
    {
        null => null,
        { Value.ValueKind: JsonValueKind.String } text => text.Text(),
        { } other => other.Value.GetRawText(),
    };

    internal BlobJson Required(string name) => _json.Member(name);
}
