using Portage.Lucene.Files;

namespace Portage.Lucene.StoredFields;

/// <summary>How stored fields are scanned.</summary>
public sealed record StoredFieldsOptions
{
    /// <summary>The first document wanted, counted within the segment. Default 0.</summary>
    public int FromDocument { get; init; }

    /// <summary>
    /// Whether the bytes before <see cref="FromDocument"/> are read too, though not decompressed, so that the file's checksum
    /// can be compared at the end. Default false: a scan that does not begin with document 0 compares no checksum.
    /// </summary>
    public bool ReadsSkippedBytes { get; init; }

    /// <summary>Window size and read-ahead.</summary>
    public ReadAheadLimits ReadAhead { get; init; } = new();
}
