namespace Portage.Model.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>The folder is not there.</summary>
    public static readonly DiagnosticKind RepositoryNotFound = new("PG3001", "The snapshot repository does not exist");

    /// <summary>The folder holds no repository.</summary>
    public static readonly DiagnosticKind RepositoryEmpty = new("PG3002", "There is no snapshot repository there");

    /// <summary>A file of the repository is damaged.</summary>
    public static readonly DiagnosticKind RepositoryCorrupt = new("PG3003", "A file of the repository is damaged");

    /// <summary>A file of the repository is missing or cannot be read.</summary>
    public static readonly DiagnosticKind RepositoryIncomplete = new("PG3004", "A file of the repository is missing");

    /// <summary>An era or format that this version cannot read.</summary>
    public static readonly DiagnosticKind FormatNotSupported = new("PG3005", "A format that cannot be read yet");

    /// <summary>No snapshot of that name.</summary>
    public static readonly DiagnosticKind SnapshotNotFound = new("PG3006", "The snapshot does not exist");

    /// <summary>The snapshot failed, or is still being taken.</summary>
    public static readonly DiagnosticKind SnapshotUnusable = new("PG3007", "The snapshot cannot be used");

    /// <summary>Shards that are wanted are missing from the snapshot.</summary>
    public static readonly DiagnosticKind SnapshotIsPartial = new("PG3008", "The snapshot lacks shards that are wanted");

    /// <summary>An index that is named is not in the snapshot.</summary>
    public static readonly DiagnosticKind IndexNotFound = new("PG3009", "The index is not in the snapshot");

    /// <summary>A slice selects no index.</summary>
    public static readonly DiagnosticKind SliceIsEmpty = new("PG3010", "The slice selects no index");

    /// <summary>An index has several mapping types, and nothing was chosen about them.</summary>
    public static readonly DiagnosticKind SeveralTypes = new("PG3011", "An index has several mapping types");

    /// <summary>Two indices of a slice would become one.</summary>
    public static readonly DiagnosticKind TargetNamesCollide = new("PG3012", "Two indices would have the same target");

    /// <summary>Documents without a stored source.</summary>
    public static readonly DiagnosticKind NoSource = new("PG3013", "Documents have no stored source");

    /// <summary>The target does not take an object as it would be created.</summary>
    public static readonly DiagnosticKind ObjectRefused = new("PG3014", "The target refuses what would be created");

    /// <summary>The target has an object of the name that is another one.</summary>
    public static readonly DiagnosticKind ObjectDiffers = new("PG3015", "The target has something else of that name");

    /// <summary>A slice names a data stream, which is no index.</summary>
    public static readonly DiagnosticKind StreamSelected = new("PG3017", "A data stream is not moved as one");

    /// <summary>The script of a transform cannot be read, or gives no function.</summary>
    public static readonly DiagnosticKind ScriptUnusable = new("PG3018", "A script cannot be used");

    /// <summary>The documents that were tried are all rejected.</summary>
    public static readonly DiagnosticKind TransformFails = new("PG3019", "A transform fails for every document");

    /// <summary>Whatever a repository lies in refuses to show it, or does not answer.</summary>
    public static readonly DiagnosticKind RepositoryUnreadable = new("PG3020", "The repository cannot be read");
}
