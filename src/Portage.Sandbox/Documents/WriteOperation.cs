using System.Text.Json.Nodes;

namespace Portage.Sandbox.Documents;

internal enum WriteKind
{
    Index,
    Create,
    Delete,
    Update,
}

internal enum VersionType
{
    Internal,
    External,
    ExternalGte,
}

/// <summary>One write, from a bulk line or a request of its own.</summary>
internal sealed record WriteOperation(WriteKind Kind, string? Index, string? Id)
{
    public string? Routing { get; init; }

    public long? Version { get; init; }

    public VersionType VersionType { get; init; }

    public long? IfSequenceNumber { get; init; }

    public long? IfPrimaryTerm { get; init; }

    public bool RequiresAlias { get; init; }

    /// <summary>The pipeline asked for; null leaves it to the index, <c>_none</c> asks for none.</summary>
    public string? Pipeline { get; init; }

    /// <summary>The document; for an update the update's body.</summary>
    public ReadOnlyMemory<byte> Source { get; init; }

    /// <summary>The word for the operation in bulk lines and replies.</summary>
    public string Word => Kind switch
    {
        WriteKind.Index => "index",
        WriteKind.Create => "create",
        WriteKind.Delete => "delete",
        _ => "update",
    };
}

/// <summary>What a write did.</summary>
/// <param name="Result"><c>created</c>, <c>updated</c>, <c>deleted</c>, <c>not_found</c> or <c>noop</c>.</param>
/// <param name="Copies">Shard copies the index is meant to have.</param>
internal sealed record WriteResult(string Index, string Id, string Result, long Version, long SequenceNumber, int Copies)
{
    public int Status => Result switch
    {
        "created" => 201,
        "not_found" => 404,
        _ => 200,
    };
}

/// <summary>What an update asks for.</summary>
internal sealed record UpdateBody(JsonObject? Document, JsonObject? Upsert, bool DocumentAsUpsert, bool DetectsNoop);
