using System.Collections.Immutable;
using Portage.Snapshots.Metadata;
using Portage.Steps.Metadata.Objects;
using Portage.Steps.Metadata.Rules;
using Portage.Steps.Reading;

namespace Portage.Steps.Metadata.Foresight;

/// <summary>What is certain from the snapshot alone, with no word from the target.</summary>
/// <param name="isQuick">True where a plan waits for it: then sizes may be more than is said.</param>
internal sealed class SnapshotForesight(SliceOnTarget on, ImmutableArray<SelectedIndex> indices, bool isQuick)
{
    private readonly RepositorySnapshot _snapshot = indices[0].Index.Snapshot;

    /// <summary>What is lost of the documents, and of what is said by their versions, for a plan.</summary>
    public static async Task<IEnumerable<string>> SayAsync(SliceOnTarget on, ImmutableArray<SelectedIndex> indices, CancellationToken cancellationToken) =>
    [
        .. (await new SnapshotForesight(on, indices, isQuick: true).LostAsync(cancellationToken)).Select(one => one.Line),
        .. (await new ExternalVersions(on, indices, isQuick: true).FindAsync(cancellationToken)).Select(one => one.Line),
    ];

    /// <summary>Documents without a source, and fields that are in none.</summary>
    public async Task<ImmutableArray<Foreseen>> LostAsync(CancellationToken cancellationToken)
    {
        // Where no documents are copied, none is lost.
        if (on.Slice.Backfill.Skip)
        {
            return [];
        }

        var found = ImmutableArray.CreateBuilder<Foreseen>();
        var incomplete = indices.Where(IsIncomplete)
            .GroupBy(index => (index.Index.SourceStorage.Coverage, index.Index.SourceStorage.Reason, Fields: string.Join(", ", index.Index.SourceStorage.LostFields)))
            .OrderByDescending(group => group.Key.Coverage).ThenBy(group => group.First().Name, StringComparer.Ordinal);
        foreach (var group in incomplete)
        {
            string[] names = [.. group.Select(index => index.Name)];
            var size = await SnapshotLook.TextAsync(_snapshot, names, isQuick, cancellationToken);
            var what = group.Key switch
            {
                { Coverage: SourceCoverage.None } => $"{size} that cannot be moved, as none has a stored source ({group.Key.Reason})",
                { Fields.Length: > 0 } => $"{size} without {(group.First().Index.SourceStorage.LostFields.Count == 1 ? "the field" : "the fields")} {Shortened(group.First().Index.SourceStorage.LostFields)}, which no stored source has ({group.Key.Reason}): nothing is found by them on the target",
                _ => $"{size} without what no stored source has ({group.Key.Reason})",
            };
            found.Add(new(ForeseenKind.Lost, names.Length, $"{Foreseen.Indices(names)}: {what}"));
        }

        if (found.Count > 0)
        {
            // One command: of two, the second would take the first back.
            string[] all = [.. indices.Where(IsIncomplete).Select(index => index.Name)];
            found[^1] = found[^1] with { Text = $"{found[^1].Text}{Foreseen.Command(found.Count == 1 ? "leave out" : "leave out all of these", all, SliceCommands.Exclude(on, all))}" };
        }

        return found.DrainToImmutable();
    }

    /// <summary>What the slice includes and excludes again, by default too, unless another slice takes it to the same target.</summary>
    public async Task<ImmutableArray<Foreseen>> LeftOutAsync(BackingIndices backing, CancellationToken cancellationToken)
    {
        var taken = SliceOnTarget.AllOf(on.Config)
            .Where(other => other.SourceName == on.SourceName && other.SnapshotName == on.SnapshotName && other.TargetName == on.TargetName)
            .SelectMany(other => SliceContents.Select(other.Slice, _snapshot.IndexNames)).ToHashSet(StringComparer.Ordinal);
        var left = SliceContents.Select(SliceContents.Patterns(on.Slice).Include, [], _snapshot.IndexNames).Where(name => !taken.Contains(name));
        return
        [
            .. from one in await LeftBehind.DescribeAsync(_snapshot, backing, left, isQuick, cancellationToken)
               select new Foreseen(ForeseenKind.LeftOut, one.Indices.Length, one.Stream is { } stream
                   ? $"{one.Text}; move its indices as plain ones: {SliceCommands.Add(on, "streams", [$".ds-{stream}-*"])}"
                   : one.Text),
        ];
    }

    /// <summary>What comes out otherwise than it was, for a plan; the report of an evaluation says it of each object.</summary>
    public IEnumerable<string> Changes(BackingIndices backing)
    {
        var closed = indices.Where(index => index.Index.IsClosed).Select(index => index.Name).ToArray();
        if (closed.Length > 0)
        {
            yield return $"closed at the source, and open on the target: {Foreseen.Indices(closed)}";
        }

        var codecs = indices.Select(index => (index.Name, Codec: FlatSettings.Text(FlatSettings.Of(System.Text.Json.Nodes.JsonObject.Create(index.Index.Settings.Json)).GetValueOrDefault(CodecRules.Setting))))
            .Where(index => index.Codec.Length > 0 && !CodecRules.IsEverywhere(index.Codec)).GroupBy(index => index.Codec, StringComparer.Ordinal);
        foreach (var codec in codecs)
        {
            yield return $"codec {codec.Key}, where the target does not know it, becomes {CodecRules.NearestTo(codec.Key)}: {Foreseen.Indices([.. codec.Select(index => index.Name)])}";
        }

        foreach (var rebuilt in indices.Where(index => index.Index.SourceStorage.Coverage == SourceCoverage.Rebuilt).GroupBy(index => index.Index.SourceStorage.Reason).OrderBy(group => group.First().Name, StringComparer.Ordinal))
        {
            yield return $"no stored sources, and sent as the source shows them: {Foreseen.Indices([.. rebuilt.Select(index => index.Name)])} ({rebuilt.Key})";
        }

        foreach (var stream in indices.GroupBy(index => backing.StreamOf(index.Name)).Where(stream => stream.Key is not null))
        {
            yield return $"no data stream {stream.Key} on the target: {Foreseen.Indices([.. stream.Select(index => index.Name)])} become plain indices";
        }
    }

    private static bool IsIncomplete(SelectedIndex index) => index.Index.SourceStorage.Coverage is SourceCoverage.Part or SourceCoverage.None;

    private static string Shortened(IReadOnlyList<string> fields) => $"{string.Join(", ", fields.Take(10))}{(fields.Count > 10 ? $" and {fields.Count - 10:N0} more" : "")}";
}
