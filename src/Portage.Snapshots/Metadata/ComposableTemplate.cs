using System.Text.Json;
using Portage.Snapshots.Formats;

namespace Portage.Snapshots.Metadata;

/// <summary>A component template or an index template.</summary>
/// <param name="Json">What <c>PUT _component_template/{name}</c> or <c>PUT _index_template/{name}</c> takes.</param>
public sealed record ComposableTemplate(string Name, JsonElement Json)
{
    internal static ComposableTemplate Parse(string name, BlobJson json) =>
        json.Value.ValueKind == JsonValueKind.Object ? new(name, json.Value) : throw json.Unlike("a template");
}
