using System.Collections.Immutable;
using Portage.Engine.Ports;
using Portage.Snapshots.Metadata;

namespace Portage.Steps.Reading;

/// <summary>Says what a selection leaves out, by what it is: nobody should find out too late that a data stream was none of the indices.</summary>
/// <param name="Text">As <c>data stream web: index .ds-web-000001: 40 documents, 12 KB</c>.</param>
/// <param name="Indices">The indices, in order.</param>
/// <param name="Stream">The data stream that they are parts of; null where they are none's.</param>
internal sealed record LeftBehind(string Text, ImmutableArray<string> Indices, string? Stream)
{
    private const int NamesMax = 10;

    // A plan is shown within a second: of as many indices it says what they are and how large.
    private const int QuickMax = 100;

    /// <summary>Some indices of a snapshot, in groups: those of each data stream, closed ones, hidden ones, the servers' own, others.</summary>
    /// <param name="isQuick">True where a plan waits for it: then sizes may be more than is said.</param>
    public static async Task<ImmutableArray<LeftBehind>> DescribeAsync(RepositorySnapshot snapshot, BackingIndices backing, IEnumerable<string> indices, bool isQuick, CancellationToken cancellationToken)
    {
        var groups = new List<(int Rank, string Words, string? Stream, string Name)>();
        foreach (var name in indices.Order(StringComparer.Ordinal))
        {
            groups.Add(
                backing.StreamOf(name) is { } stream ? (0, $"data stream {stream}", stream, name)
                : isQuick && groups.Count >= QuickMax ? KindOf(name)
                : await KindOfAsync(snapshot, name, cancellationToken));
        }

        var (found, sized) = (ImmutableArray.CreateBuilder<LeftBehind>(), 0);
        foreach (var group in groups.GroupBy(one => (one.Rank, one.Words, one.Stream)).OrderBy(group => group.Key.Rank).ThenBy(group => group.Key.Words, StringComparer.Ordinal))
        {
            var names = group.Select(one => one.Name).ToImmutableArray();
            var words = group.Key.Stream is null
                ? $"{group.Key.Words}{(names.Length == 1 ? "index" : "indices")} {Named(names)}"
                : $"{group.Key.Words}: {(names.Length == 1 ? "index" : "indices")} {Named(names)}";
            var size = isQuick && sized >= QuickMax ? "" : $": {await SnapshotLook.TextAsync(snapshot, names, isQuick, cancellationToken)}";
            sized += names.Length;
            found.Add(new($"{words}{size}", names, group.Key.Stream));
        }

        return found.DrainToImmutable();
    }

    private static string Named(ImmutableArray<string> names) =>
        $"{string.Join(", ", names.Take(NamesMax))}{(names.Length > NamesMax ? $" and {names.Length - NamesMax:N0} more" : "")}";

    private static async Task<(int Rank, string Words, string? Stream, string Name)> KindOfAsync(RepositorySnapshot snapshot, string name, CancellationToken cancellationToken)
    {
        IndexSnapshot index;
        try
        {
            index = await SnapshotAccess.TryAsync(null, async () => await snapshot.OpenIndexAsync(name, cancellationToken));
        }
        catch (StepException)
        {
            // Whoever wants it is told what is wrong with it.
            return KindOf(name);
        }

        return index switch
        {
            { IsClosed: true } => (1, "closed ", null, name),
            _ when !name.StartsWith('.') && index.Settings.Find("index.hidden") == "true" => (2, "hidden ", null, name),
            _ => KindOf(name),
        };
    }

    private static (int Rank, string Words, string? Stream, string Name) KindOf(string name) => name.StartsWith('.') ? (3, "system ", null, name) : (4, "", null, name);
}
