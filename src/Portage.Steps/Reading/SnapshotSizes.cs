namespace Portage.Steps.Reading;

/// <summary>How much there is, as far as it can be said without reading documents.</summary>
/// <param name="Indices">How many.</param>
/// <param name="Documents">Live Lucene documents: where an index has nested objects, each of those counts as well.</param>
/// <param name="Bytes">Of all files of the shards.</param>
/// <param name="HasNested">True when nested objects are among <paramref name="Documents"/>, which is an upper limit then.</param>
/// <param name="IsComplete">False when shards were left out, so that the look stays quick.</param>
public sealed record SnapshotSizes(int Indices, long Documents, long Bytes, bool HasNested, bool IsComplete)
{
    /// <summary>Nothing at all.</summary>
    public static SnapshotSizes Empty { get; } = new(0, 0, 0, HasNested: false, IsComplete: true);

    /// <summary>Shards whose documents nobody can count, as they cannot be read; they are in none of the other numbers.</summary>
    public int UncountedShards { get; init; }

    /// <summary>Shards whose very list of files cannot be read.</summary>
    public int UnlistedShards { get; init; }

    /// <summary>
    /// The documents as <c>4 documents</c>, with what is known of them only roughly: <c>up to</c>, <c>more than</c>, <c>about</c>, <c>at least</c>; where nothing is
    /// known, that.
    /// </summary>
    public string DocumentsText => UncountedShards > 0 && Documents == 0 ? "documents unknown" : $"{(IsComplete, HasNested) switch
    {
        (true, false) => UncountedShards > 0 ? "at least " : "",
        (true, true) => UncountedShards > 0 ? "about " : "up to ",
        (false, false) => "more than ",
        (false, true) => "about ",
    }}{Documents:N0} {(Documents == 1 ? "document" : "documents")}";

    /// <summary>The bytes as <c>21 KB</c>, with <c>at least</c> where some of them are not known; where nothing is known, that.</summary>
    public string BytesText => UnlistedShards == 0 ? Amounts.Bytes(Bytes) : Bytes == 0 ? "size unknown" : $"at least {Amounts.Bytes(Bytes)}";

    /// <summary>Both together.</summary>
    public static SnapshotSizes operator +(SnapshotSizes a, SnapshotSizes b) =>
        new(a.Indices + b.Indices, a.Documents + b.Documents, a.Bytes + b.Bytes, a.HasNested || b.HasNested, a.IsComplete && b.IsComplete)
        {
            UncountedShards = a.UncountedShards + b.UncountedShards,
            UnlistedShards = a.UnlistedShards + b.UnlistedShards,
        };

    /// <summary>As <c>2 indices, 4 documents, 21 KB</c>.</summary>
    public override string ToString() =>
        $"{Indices} {(Indices == 1 ? "index" : "indices")}, {DocumentsText}, {BytesText}";
}

/// <summary>Amounts as people read them.</summary>
public static class Amounts
{
    /// <summary>As <c>21 KB</c>, <c>1.4 GB</c>: thousands, one decimal below ten.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB", "PB"];
        var (value, unit) = ((double)bytes, 0);
        while (value >= 1_000 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1_000, unit + 1);
        }

        return unit == 0 || value >= 10 ? $"{value:0} {units[unit]}" : $"{value:0.#} {units[unit]}";
    }
}
