namespace Portage.Planning;

/// <summary>What is done to something on a cluster that takes away what is there now.</summary>
public enum DestructionKind
{
    /// <summary>An index is deleted, with everything in it.</summary>
    DeleteIndex,

    /// <summary>Documents are deleted; their index stays, or comes back as it was.</summary>
    DeleteDocuments,

    /// <summary>Documents that are there get another content.</summary>
    OverwriteDocuments,

    /// <summary>A template is deleted.</summary>
    DeleteTemplate,

    /// <summary>An alias is taken from an index.</summary>
    DeleteAlias,

    /// <summary>A snapshot is deleted.</summary>
    DeleteSnapshot,
}

/// <summary>One thing that would be destroyed, with what is there now.</summary>
/// <param name="Target">The cluster: its name under <c>targets</c>, or the source's under <c>migrations</c>.</param>
/// <param name="Name">The index, template, alias or snapshot.</param>
/// <param name="Documents">How many documents would be destroyed; null when it has none, or they cannot be counted.</param>
/// <param name="Bytes">What they take on one copy's disks; null when that cannot be told.</param>
/// <param name="Foreign">Of those documents, how many Portage did not write; null when that cannot be told.</param>
public sealed record Destruction(DestructionKind Kind, string Target, string Name, long? Documents, long? Bytes, long? Foreign)
{
    /// <summary>The item of the step that it belongs to; null when it belongs to none.</summary>
    public string? Item { get; init; }
}
