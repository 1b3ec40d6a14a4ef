using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Ports;
using Portage.Snapshots.Shards;

namespace Portage.Steps.WorkItems;

/// <summary>
/// What workers have durably done of one index, so that the next one goes on from there: a log of positions, and one of
/// findings (documents that were rejected, or that differ) that is never behind it.
/// </summary>
/// <remarks>
/// <c>journal.jsonl</c>: one line a step forward, <c>{"item","position","done","findings","numbers"}</c>, the last line of an item
/// counts; a line that a crash cut off is ignored. <c>findings.ndjson</c> is cut back to the length that the journal's last
/// line names, so that no finding is kept twice.
/// </remarks>
internal sealed class ItemJournal : IDisposable
{
    public const string JournalName = "journal.jsonl";
    public const string FindingsName = "findings.ndjson";

    private readonly Turns _turns = new();
    private readonly IStepFiles _files;
    private ImmutableDictionary<WorkItem, ItemPosition> _positions = ImmutableDictionary<WorkItem, ItemPosition>.Empty;
    private long _findings;
    private bool _isTorn;
    private bool _isClosed;

    private ItemJournal(IStepFiles files, string index, ShardCuts cuts, ResentJournal resent) => (_files, Index, Cuts, Resent) = (files, index, cuts, resent);

    /// <summary>The index of the snapshot.</summary>
    public string Index { get; }

    /// <summary>Where its shards are cut.</summary>
    public ShardCuts Cuts { get; private set; }

    /// <summary>The files of the snapshot that were found whole.</summary>
    public FoundWhole Whole { get; } = new();

    /// <summary>Where the findings lie.</summary>
    public string Findings => _files.LocationOf(Resent.Current);

    /// <summary>What of the findings counts: nothing that was cut off, or not acknowledged yet.</summary>
    public ImmutableArray<FindingsFile> FindingsFiles => Resent.Files(new(_files.LocationOf(FindingsName), 0, _findings));

    /// <summary>What of the findings was sent again.</summary>
    public ResentJournal Resent { get; }

    /// <summary>Begins to send the findings again.</summary>
    /// <param name="round">Greater than the last one's.</param>
    /// <param name="documents">How many there are.</param>
    public Task ResendAsync(int round, long documents) => Resent.BeginAsync(round, _findings, documents);

    /// <summary>Reads the journal of an index and makes it good for more: what a crash cut off is taken away.</summary>
    /// <param name="files">What is remembered about the index.</param>
    public static async Task<ItemJournal> OpenAsync(IStepFiles files, string index, CancellationToken cancellationToken)
    {
        var journal = await ReadAsync(files, index, isMended: true, cancellationToken);
        await files.CutAsync(FindingsName, journal._findings, cancellationToken);
        return journal;
    }

    /// <summary>Reads the journal of an index and changes nothing.</summary>
    public static Task<ItemJournal> LookAsync(IStepFiles files, string index, CancellationToken cancellationToken) => ReadAsync(files, index, isMended: false, cancellationToken);

    /// <summary>True when something of the index is done.</summary>
    public bool HasAny => !_positions.IsEmpty;

    /// <summary>How far a work item is.</summary>
    public ItemPosition Of(WorkItem item) => _positions.TryGetValue(item, out var position) ? position : ItemPosition.StartOf(Cuts.Of(item));

    /// <summary>True when something of a work item is done.</summary>
    public bool HasBegun(WorkItem item) => _positions.ContainsKey(item);

    /// <summary>The positions of a work item that are not decided.</summary>
    public PositionRange LeftOf(WorkItem item) => Cuts.Of(item) with { From = Of(item).Position + 1 };

    /// <summary>True when a position of a shard is decided.</summary>
    public bool IsDecided(int shard, long position) => position <= Of(Cuts.At(Index, shard, position)).Position;

    /// <summary>The work items of an index, shard by shard.</summary>
    public IEnumerable<WorkItem> Items(int numberOfShards) => Enumerable.Range(0, numberOfShards).SelectMany(shard => Cuts.Items(Index, shard));

    /// <summary>Cuts the shards, unless something is written down about them: then whoever did that has cut them, or left them whole.</summary>
    public async ValueTask CutAsync(ShardCuts cuts, CancellationToken cancellationToken)
    {
        if (!HasAny && Cuts.Shards.IsEmpty)
        {
            await cuts.WriteAsync(_files, cancellationToken);
            Cuts = cuts;
        }
    }

    /// <summary>The sum of a number over all work items, as it is after what was sent again.</summary>
    public long Sum(string number) => _positions.Values.Sum(position => position.Numbers.GetValueOrDefault(number)) + Resent.Sum(number);

    /// <summary>Moves a work item forward, and returns when that survives a power loss.</summary>
    /// <param name="findings">Whole lines, ends included, about documents up to the position.</param>
    /// <param name="assertLease">Throws when the item is somebody else's by now; null where nobody else could have it.</param>
    /// <exception cref="IOException">It was not written down, or something before it, whose line may have no end.</exception>
    public Task MoveToAsync(WorkItem item, ItemPosition position, ReadOnlyMemory<byte> findings, Action? assertLease = null) => _turns.TakeAsync(async () =>
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        assertLease?.Invoke();
        if (_isTorn)
        {
            throw new IOException($"What was to be written before this to {_files.LocationOf(JournalName)} was not.");
        }

        // Not to be given up half-way: what was sent is acknowledged already.
        _isTorn = true;
        if (!findings.IsEmpty)
        {
            await _files.AppendAsync(FindingsName, findings, CancellationToken.None);
            _findings += findings.Length;
        }

        await _files.AppendAsync(JournalName, Line(item, position, _findings), CancellationToken.None);
        _positions = _positions.SetItem(item, position);
        _isTorn = false;
    });

    /// <summary>Returns when nothing is being written down.</summary>
    public Task SettleAsync() => _turns.TakeAsync(static () => Task.CompletedTask);

    /// <summary>Nothing is moved forward any more.</summary>
    public void Dispose()
    {
        _isClosed = true;
        Resent.Dispose();
    }

    /// <summary>One line of a journal.</summary>
    public static byte[] Line(WorkItem item, ItemPosition position, long findings)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("item", item.ToString());
            json.WriteNumber("position", position.Position);
            json.WriteBoolean("done", position.IsDone);
            json.WriteNumber("findings", findings);
            json.WriteStartObject("numbers");
            foreach (var (name, number) in position.Numbers)
            {
                json.WriteNumber(name, number);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    /// <summary>The whole lines of a journal in order, and the length of them; what follows was cut off by a crash.</summary>
    public static (List<(WorkItem Item, ItemPosition Position, long Findings)> Lines, int Length) Parse(ReadOnlyMemory<byte> text)
    {
        var lines = new List<(WorkItem, ItemPosition, long)>();
        var good = 0;
        for (int end; (end = text.Span[good..].IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.Slice(good, end));
            var root = line.RootElement;
            lines.Add((
                WorkItem.Parse(root.GetProperty("item").GetString()!),
                new(
                    root.GetProperty("position").GetInt64(),
                    root.GetProperty("done").GetBoolean(),
                    root.GetProperty("numbers").EnumerateObject().ToImmutableSortedDictionary(number => number.Name, number => number.Value.GetInt64())),
                root.GetProperty("findings").GetInt64()));
        }

        return (lines, good);
    }

    private static async Task<ItemJournal> ReadAsync(IStepFiles files, string index, bool isMended, CancellationToken cancellationToken)
    {
        var journal = new ItemJournal(files, index, await ShardCuts.ReadAsync(files, cancellationToken), await ResentJournal.ReadAsync(files, isMended, cancellationToken));
        if (await files.ReadAsync(JournalName, cancellationToken) is { } text)
        {
            var (lines, length) = Parse(text);
            foreach (var (item, position, findings) in lines)
            {
                journal._positions = journal._positions.SetItem(item, position);
                journal._findings = findings;
            }

            if (isMended)
            {
                await files.CutAsync(JournalName, length, cancellationToken);
            }
        }

        return journal;
    }
}
