namespace Portage.Snapshots.Formats;

/// <summary>
/// The version of the cluster that wrote something, from the number that Elasticsearch and OpenSearch keep for it
/// (<c>version_id</c> of a snapshot, <c>index.version.created</c> of an index).
/// </summary>
/// <remarks>
/// Elasticsearch: major x 1,000,000 + minor x 10,000 + patch x 100 + 99. OpenSearch: the same with the bit 0x08000000 set.
/// From Elasticsearch 8.11 on the number counts index formats and tells no version any more (8,537,000 is 8.19).
/// </remarks>
/// <param name="Id">The number itself.</param>
public readonly record struct SourceVersion(long Id)
{
    private const long OpenSearchBit = 0x08000000;
    private const long FirstIndexVersion = 8_500_000;

    /// <summary>True for OpenSearch, false for Elasticsearch.</summary>
    public bool IsOpenSearch => (Id & OpenSearchBit) != 0;

    /// <summary>False where the number tells no more than "8.11 or later".</summary>
    public bool IsExact => IsOpenSearch || Id < FirstIndexVersion;

    /// <summary>7 of 7.10.2.</summary>
    public int Major => (int)(Digits / 1_000_000);

    /// <summary>10 of 7.10.2; 0 where <see cref="IsExact"/> is false.</summary>
    public int Minor => IsExact ? (int)(Digits / 10_000 % 100) : 0;

    /// <summary>2 of 7.10.2; 0 where <see cref="IsExact"/> is false.</summary>
    public int Patch => IsExact ? (int)(Digits / 100 % 100) : 0;

    private long Digits => Id & ~OpenSearchBit;

    /// <summary><c>ES 7.10.2</c>, <c>OS 1.3.13</c>, <c>ES 8.11 or later</c>.</summary>
    public override string ToString() => (IsOpenSearch, IsExact, Major) switch
    {
        (true, _, _) => $"OS {Major}.{Minor}.{Patch}",
        (_, true, _) => $"ES {Major}.{Minor}.{Patch}",
        (_, _, 8) => "ES 8.11 or later",
        _ => $"ES {Major}.0 or later",
    };
}
