using System.Text.Json.Serialization;

namespace Portage.Sandbox;

[JsonSerializable(typeof(string))]
internal sealed partial class SandboxJson : JsonSerializerContext;
