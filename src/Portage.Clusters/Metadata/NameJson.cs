using System.Text.Json.Serialization;

namespace Portage.Clusters.Metadata;

/// <summary>Reads names, which may have escapes.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class NameJson : JsonSerializerContext;
