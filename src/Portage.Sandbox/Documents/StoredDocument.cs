namespace Portage.Sandbox.Documents;

/// <summary>One document, or the memory of a deleted one, which keeps its version so that an older write stays refused.</summary>
/// <param name="Source">Its bytes as they came; empty when deleted.</param>
internal sealed record StoredDocument(string Id, string? Routing, long Version, ReadOnlyMemory<byte> Source, bool IsDeleted)
{
    public const int PrimaryTerm = 1;

    public int Shard { get; init; }

    public long SequenceNumber { get; init; }
}
