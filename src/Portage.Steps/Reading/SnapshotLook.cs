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
    public string Problems => Unreadable.IsEmpty ? "" : $"; cannot be read: {string.Join("; ", Unreadable.Take(NamedMax).Select(look => look.Line.TrimEnd('.')))}{(Unreadable.Length > NamedMax ? $"; and {Unreadable.Length - NamedMax} more indices" : "")}";

    /// <summary>Looks at lists and headers, at so many that it stays quick; missing shards count nothing.</summary>
    public static async Task<SnapshotLook> OfAsync(RepositorySnapshot snapshot, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var size = SnapshotSizes.Empty;
        var unreadable = ImmutableArray.CreateBuilder<IndexLook>();
        var shards = 0;
        foreach (var name in names)
        {
            if (shards >= ShardsMax)
            {
                size = size with { IsComplete = false };
                break;
            }

            var look = await IndexLook.OfAsync(snapshot, name, isWhole: false, cancellationToken);
            size += look.Size;
            shards += look.Index?.NumberOfShards ?? 1;
            if (!look.IsReadable)
            {
                unreadable.Add(look);
            }
        }

        return new(size with { Indices = names.Count }, unreadable.DrainToImmutable());
    }
}
