using System.Collections.Immutable;

namespace Portage.Steps.Reading;

/// <summary>Some indices of a snapshot, as far as they can be seen without reading documents.</summary>
/// <param name="Size">Of all of them, those that cannot be read included as far as they could be opened.</param>
/// <param name="Unreadable">Those that cannot be read.</param>
public sealed record SnapshotLook(SnapshotSizes Size, ImmutableArray<IndexLook> Unreadable)
{
    // A plan is shown within a second: about that many small files are read in that time from a slow disk.
    private const int ShardsMax = 200;

    private const int NamedMax = 5;

    /// <summary>As <c>2 indices, 4 documents, 21 KB; cannot be read: logs (...): ...</c>.</summary>
    public override string ToString() => $"{Size}{Problems}";

    /// <summary>What cannot be read, as a continuation of a sentence; empty where there is none.</summary>
    public string Problems => Unreadable.IsEmpty ? "" : $"; cannot be read: {string.Join("; ", Unreadable.Take(NamedMax).Select(look => look.Line.TrimEnd('.')))}{(Unreadable.Length > NamedMax ? $"; and {Unreadable.Length - NamedMax} more {(Unreadable.Length - NamedMax == 1 ? "index" : "indices")}" : "")}";

    /// <summary>Looks at lists and headers, at so many that it stays quick; missing shards count nothing.</summary>
    public static Task<SnapshotLook> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        OfAsync(snapshot, names, ShardsMax, cancellationToken);

    /// <summary>As <c>40 documents, 12 KB</c>; where it cannot be read, that.</summary>
    /// <param name="isQuick">True where a plan waits for it: then there may be more than is said.</param>
    internal static async Task<string> TextAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, bool isQuick, CancellationToken cancellationToken)
    {
        var look = await OfAsync(snapshot, names, isQuick ? ShardsMax : int.MaxValue, cancellationToken);
        return look.Unreadable.IsEmpty
            ? $"{look.Size.DocumentsText}, {look.Size.BytesText}"
            : $"how many documents cannot be read ({SnapshotAccess.Describe(look.Unreadable[0].Problems[0], null).Code})";
    }

    private static async Task<SnapshotLook> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, int shardsMax, CancellationToken cancellationToken)
    {
        var size = SnapshotSizes.Empty;
        var unreadable = ImmutableArray.CreateBuilder<IndexLook>();
        var shards = 0;
        var looked = 0;
        await foreach (var look in IndexLook.AllAsync(snapshot, names, isWhole: false, cancellationToken))
        {
            looked++;
            size += look.Size;
            shards += look.Index?.NumberOfShards ?? 1;
            if (!look.IsReadable)
            {
                unreadable.Add(look);
            }

            if (shards >= shardsMax && looked < names.Count)
            {
                size = size with { IsComplete = false };
                break;
            }
        }

        return new(size with { Indices = names.Count }, unreadable.DrainToImmutable());
    }
}
