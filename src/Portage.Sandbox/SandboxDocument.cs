namespace Portage.Sandbox;

/// <summary>One document as the sandbox holds it.</summary>
/// <param name="Id">Its <c>_id</c>.</param>
/// <param name="Routing">Its routing, null when it has none.</param>
/// <param name="Version">Its <c>_version</c>.</param>
/// <param name="Source">Its source, byte for byte as it was indexed.</param>
public sealed record SandboxDocument(string Id, string? Routing, long Version, ReadOnlyMemory<byte> Source);
