using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>
/// What workers have durably done of one index, so that the next one goes on from there: a log of positions, and one of
/// findings (documents that were rejected, or that differ) that is never behind it.
/// </summary>
/// <remarks>
/// <c>journal.jsonl</c>: one line a step forward, <c>{"item","position","done","findings","numbers"}</c>, the last line of a shard
/// counts; a line that a crash cut off is ignored. <c>findings.ndjson</c> is cut back to the length that the journal's last
/// line names, so that no finding is kept twice.
/// </remarks>
internal sealed class ItemJournal : IDisposable
{
    public const string JournalName = "journal.jsonl";
    public const string FindingsName = "findings.ndjson";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly IStepFiles _files;
    private ImmutableDictionary<int, ItemPosition> _positions = ImmutableDictionary<int, ItemPosition>.Empty;
    private long _findings;

    private ItemJournal(IStepFiles files, string index, ResentJournal resent) => (_files, Index, Resent) = (files, index, resent);

    /// <summary>The index of the snapshot.</summary>
    public string Index { get; }

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

    /// <summary>How far a shard is.</summary>
    public ItemPosition Of(int shard) => _positions.GetValueOrDefault(shard, ItemPosition.Start);

    /// <summary>The sum of a number over all shards, as it is after what was sent again.</summary>
    public long Sum(string number) => _positions.Values.Sum(position => position.Numbers.GetValueOrDefault(number)) + Resent.Sum(number);

    /// <summary>Moves a shard forward, and returns when that survives a power loss.</summary>
    /// <param name="findings">Whole lines, ends included, about documents up to the position.</param>
    public async Task MoveToAsync(int shard, ItemPosition position, ReadOnlyMemory<byte> findings)
    {
        // Not to be given up half-way: what was sent is acknowledged already.
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (!findings.IsEmpty)
            {
                await _files.AppendAsync(FindingsName, findings, CancellationToken.None);
                _findings += findings.Length;
            }

            await _files.AppendAsync(JournalName, Line(new(Index, shard), position, _findings), CancellationToken.None);
            _positions = _positions.SetItem(shard, position);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Resent.Dispose();
        _gate.Dispose();
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
        var journal = new ItemJournal(files, index, await ResentJournal.ReadAsync(files, isMended, cancellationToken));
        if (await files.ReadAsync(JournalName, cancellationToken) is { } text)
        {
            var (lines, length) = Parse(text);
            foreach (var (item, position, findings) in lines)
            {
                journal._positions = journal._positions.SetItem(item.Shard, position);
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
