using System.Text.Json;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;
using Portage.Steps.WorkItems;

namespace Portage.Steps.Backfill;

/// <summary>Tells of the documents of one work item, asked in their order, which of them a backfill refused.</summary>
/// <remarks>
/// The file is read along with the shard, so that nothing is held of it however many were refused. Where the backfill had copied the shard in other
/// ranges, and at the same time, they are out of order, as some that earlier builds wrote; then the positions are held of those that the item has.
/// </remarks>
internal sealed class RejectedPositions : IDisposable
{
    private readonly StreamReader? _lines;
    private readonly WorkItem _item;
    private readonly PositionRange _range;
    private readonly Dictionary<long, string>? _all;
    private (long Position, string Id)? _next;

    private RejectedPositions(StreamReader? lines, WorkItem item, PositionRange range, Dictionary<long, string>? all) => (_lines, _item, _range, _all) = (lines, item, range, all);

    /// <param name="location">Where the file of refused ones lies; null where there is none.</param>
    /// <param name="range">The positions that will be asked for.</param>
    public static async Task<RejectedPositions> OpenAsync(IStepFiles files, string? location, WorkItem item, PositionRange range, CancellationToken cancellationToken)
    {
        if (location is null || await LinesAsync(files, location, cancellationToken) is not { } lines)
        {
            return new(null, item, range, null);
        }

        using (var first = new RejectedPositions(lines, item, range, null))
        {
            if (await first.IsInOrderAsync(cancellationToken))
            {
                return new(await LinesAsync(files, location, cancellationToken), item, range, null);
            }
        }

        using var again = new RejectedPositions(await LinesAsync(files, location, cancellationToken), item, range, null);
        var all = new Dictionary<long, string>();
        while (await again.ReadAsync(cancellationToken) is var (position, id))
        {
            all[position] = id;
        }

        return new(null, item, range, all);
    }

    /// <summary>Of some ids on the target, those of documents that were refused, with the routings that they would have had.</summary>
    /// <param name="location">Where the file of refused ones lies; null where there is none.</param>
    /// <param name="index">The index of the snapshot.</param>
    public static async Task<HashSet<(string Id, string? Routing)>> KeysAsync(IStepFiles files, string? location, string index, HashSet<string> targetIds, CancellationToken cancellationToken)
    {
        var keys = new HashSet<(string, string?)>();
        if (location is null || targetIds.Count == 0)
        {
            return keys;
        }

        using var lines = await LinesAsync(files, location, cancellationToken);
        while (lines is not null && await lines.ReadLineAsync(cancellationToken) is { } text)
        {
            using var line = JsonDocument.Parse(text);
            var root = line.RootElement;
            if (root.GetProperty("index").GetString() == index && root.GetProperty("targetId").GetString() is { } id && targetIds.Contains(id))
            {
                keys.Add((id, root.GetProperty("targetRouting").GetString()));
            }
        }

        return keys;
    }

    /// <summary>True when the document was refused.</summary>
    /// <param name="position">Of the document; not smaller than one that was asked for before.</param>
    /// <param name="targetId">The id that it would have on the target.</param>
    public async ValueTask<bool> ContainsAsync(long position, string targetId, CancellationToken cancellationToken)
    {
        if (_all is not null)
        {
            return _all.TryGetValue(position, out var id) && id == targetId;
        }

        while (_lines is not null && (_next is null || _next.Value.Position < position))
        {
            if (await ReadAsync(cancellationToken) is not { } next)
            {
                // There are no more of this item.
                _next = (long.MaxValue, "");
                break;
            }

            _next = next;
        }

        return _next is var (at, refused) && at == position && refused == targetId;
    }

    /// <inheritdoc/>
    public void Dispose() => _lines?.Dispose();

    private static async Task<StreamReader?> LinesAsync(IStepFiles files, string location, CancellationToken cancellationToken) =>
        await files.OpenAsync(location, cancellationToken) is { } found ? new(found) : null;

    private async Task<bool> IsInOrderAsync(CancellationToken cancellationToken)
    {
        var last = -1L;
        while (await ReadAsync(cancellationToken) is var (position, _))
        {
            if (position < last)
            {
                return false;
            }

            last = position;
        }

        return true;
    }

    /// <summary>The next line of the item; null at the end.</summary>
    private async ValueTask<(long Position, string Id)?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _lines!.ReadLineAsync(cancellationToken) is { } text)
        {
            using var line = JsonDocument.Parse(text);
            var root = line.RootElement;
            if (root.GetProperty("shard").GetInt32() == _item.Shard && root.GetProperty("index").GetString() == _item.Index && root.GetProperty("position").GetInt64() is var position && _range.Contains(position))
            {
                return (position, root.GetProperty("targetId").GetString()!);
            }
        }

        return null;
    }
}
