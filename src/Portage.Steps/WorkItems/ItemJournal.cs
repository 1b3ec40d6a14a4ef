using System.Collections.Immutable;
using System.Text.Json;

namespace Portage.Steps.WorkItems;

/// <summary>The unit of work that one reader takes: a shard of an index of the snapshot.</summary>
public readonly record struct WorkItem(string Index, int Shard)
{
    /// <summary>As <c>logs/0</c>; index names have no slash.</summary>
    public override string ToString() => $"{Index}/{Shard}";
}

/// <summary>How far a work item is durably done.</summary>
/// <param name="Position">Every document up to and including this position of the shard is decided; -1 for none.</param>
/// <param name="IsDone">True when there are no more.</param>
/// <param name="Numbers">What became of the documents up to the position.</param>
public sealed record ItemPosition(long Position, bool IsDone, ImmutableSortedDictionary<string, long> Numbers)
{
    /// <summary>Nothing is done.</summary>
    public static ItemPosition Start { get; } = new(-1, false, ImmutableSortedDictionary<string, long>.Empty);
}

/// <summary>
/// What a worker has durably done, so that the next one goes on from there: an append-only file of positions, and one of
/// findings (documents that were rejected, or that differ) that is never ahead of it.
/// </summary>
/// <remarks>
/// <c>journal.jsonl</c>: one line a step forward, <c>{"item","position","done","findings","numbers"}</c>, the last line of an item
/// counts; a line that a crash cut off is ignored. <c>findings.ndjson</c> is cut back to the length that the journal's last
/// line names, so that no finding is kept twice. Both are on disk before a position is believed.
/// </remarks>
public sealed class ItemJournal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WorkItem, ItemPosition> _positions = [];
    private readonly FileStream _journal;
    private readonly FileStream _findings;

    private ItemJournal(FileStream journal, FileStream findings) => (_journal, _findings) = (journal, findings);

    /// <summary>The file of findings below a work folder.</summary>
    public static string FindingsOf(string workFolder) => Path.Combine(workFolder, "findings.ndjson");

    /// <summary>Opens the journal of a work folder, and makes it where it is missing.</summary>
    public static ItemJournal Open(string workFolder)
    {
        Directory.CreateDirectory(workFolder);
        var journal = new FileStream(Path.Combine(workFolder, "journal.jsonl"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var findings = new FileStream(FindingsOf(workFolder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var opened = new ItemJournal(journal, findings);
        opened.Rebuild();
        return opened;
    }

    /// <summary>How far an item is.</summary>
    public ItemPosition Of(WorkItem item)
    {
        lock (_gate)
        {
            return _positions.GetValueOrDefault(item, ItemPosition.Start);
        }
    }

    /// <summary>The sum of a number over all items.</summary>
    public long Sum(string number)
    {
        lock (_gate)
        {
            return _positions.Values.Sum(position => position.Numbers.GetValueOrDefault(number));
        }
    }

    /// <summary>Moves an item forward, and returns when that survives a power loss.</summary>
    /// <param name="findings">Whole lines, ends included, about documents up to the position.</param>
    public void MoveTo(WorkItem item, ItemPosition position, ReadOnlySpan<byte> findings)
    {
        lock (_gate)
        {
            if (!findings.IsEmpty)
            {
                _findings.Write(findings);
                _findings.Flush(flushToDisk: true);
            }

            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                json.WriteString("item", item.ToString());
                json.WriteNumber("position", position.Position);
                json.WriteBoolean("done", position.IsDone);
                json.WriteNumber("findings", _findings.Position);
                json.WriteStartObject("numbers");
                foreach (var (name, number) in position.Numbers)
                {
                    json.WriteNumber(name, number);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            line.WriteByte((byte)'\n');
            _journal.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            _journal.Flush(flushToDisk: true);
            _positions[item] = position;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _journal.Dispose();
        _findings.Dispose();
    }

    private void Rebuild()
    {
        var text = new byte[_journal.Length];
        _journal.ReadExactly(text);
        var (good, findings) = (0, 0L);
        for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.AsMemory(good, end));
            var root = line.RootElement;
            var item = root.GetProperty("item").GetString()!;
            var slash = item.LastIndexOf('/');
            findings = root.GetProperty("findings").GetInt64();
            _positions[new(item[..slash], int.Parse(item.AsSpan(slash + 1), provider: null))] = new(
                root.GetProperty("position").GetInt64(),
                root.GetProperty("done").GetBoolean(),
                root.GetProperty("numbers").EnumerateObject().ToImmutableSortedDictionary(number => number.Name, number => number.Value.GetInt64()));
        }

        // What follows the last whole line was cut off by a crash.
        _journal.SetLength(good);
        _journal.Position = good;
        _findings.SetLength(findings);
        _findings.Position = findings;
    }
}
