using System.Collections.Immutable;
using System.Text.Json;
using Portage.Engine.Ports;

namespace Portage.Steps.WorkItems;

/// <summary>
/// What workers have durably sent again of the findings of one index, round by round: each reads the findings that the one before left, and
/// leaves those that are still refused in a file of its own, which takes the place of the other when the round is over.
/// </summary>
/// <remarks>
/// <c>resent.jsonl</c>. A round begins with <c>{"round","of","until","documents"}</c>: its number, the file that it reads and how much of it counts, and how many
/// documents those are. A step forward is <c>{"round","shard","sent","findings","numbers"}</c>: how far
/// in that file the documents of a shard are sent, how much of the new file counts, and what that changes of the journal's numbers. It ends with
/// <c>{"round","done":true}</c>. A line that a crash cut off is ignored.
/// </remarks>
internal sealed class ResentJournal : IDisposable
{
    public const string Name = "resent.jsonl";

    /// <summary>How many of the documents were sent again; of a round only.</summary>
    public const string Sent = "resent";

    private readonly SemaphoreSlim _gate = new(1);
    private readonly IStepFiles _files;
    private ImmutableSortedDictionary<string, long> _earlier = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
    private ImmutableDictionary<int, ItemPosition> _shards = ImmutableDictionary<int, ItemPosition>.Empty;
    private string _of = ItemJournal.FindingsName;
    private long _until;
    private long _findings;

    private ResentJournal(IStepFiles files) => _files = files;

    /// <summary>The number of the last round; 0 before the first.</summary>
    public int Round { get; private set; }

    /// <summary>True from the beginning of a round to its end.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>How many documents the last round is about.</summary>
    public long Documents { get; private set; }

    /// <summary>The name of the file that has, or will have, what is still refused.</summary>
    public string Current => Round == 0 ? ItemJournal.FindingsName : NameOf(Round);

    /// <summary>Reads what is written down; with <paramref name="isMended"/> makes it good for more.</summary>
    public static async Task<ResentJournal> ReadAsync(IStepFiles files, bool isMended, CancellationToken cancellationToken)
    {
        var journal = new ResentJournal(files);
        if (await files.ReadAsync(Name, cancellationToken) is not { } text)
        {
            return journal;
        }

        var good = 0;
        for (int end; (end = text.AsSpan(good).IndexOf((byte)'\n')) >= 0; good += end + 1)
        {
            using var line = JsonDocument.Parse(text.AsMemory(good, end));
            journal.Take(line.RootElement);
        }

        if (isMended)
        {
            await files.CutAsync(Name, good, cancellationToken);
            if (journal.Round > 0)
            {
                await files.CutAsync(journal.Current, journal._findings, cancellationToken);
                await journal.ForgetAsync(cancellationToken);
            }
        }

        return journal;
    }

    /// <summary>What the rounds change of one of the journal's numbers.</summary>
    public long Sum(string number) => _earlier.GetValueOrDefault(number) + SumOfLast(number);

    /// <summary>What the last round changed of one of the journal's numbers.</summary>
    public long SumOfLast(string number) => _shards.Values.Sum(shard => shard.Numbers.GetValueOrDefault(number));

    /// <summary>How far a shard is in the file of the round; the numbers are what that changes.</summary>
    public ItemPosition Of(int shard) => _shards.TryGetValue(shard, out var position) ? position : ItemPosition.Start with { Position = 0 };

    /// <summary>The file of the round under way, without what is sent.</summary>
    public FindingsFile Left => new(_files.LocationOf(_of), 0, _until) { Passed = _shards.ToImmutableDictionary(shard => shard.Key, shard => shard.Value.Position) };

    /// <summary>The files that hold what is refused now.</summary>
    /// <param name="first">What the work itself left, before any round.</param>
    public ImmutableArray<FindingsFile> Files(FindingsFile first) => (Round, IsUnderWay) switch
    {
        (0, _) => [first],
        (_, true) => [Left, new(_files.LocationOf(Current), 0, _findings)],
        _ => [new(_files.LocationOf(Current), 0, _findings)],
    };

    /// <summary>Begins a round over what is refused now; the one before has ended.</summary>
    /// <param name="round">Greater than the last one's.</param>
    /// <param name="first">How much of the findings of the work itself counts.</param>
    /// <param name="documents">How many documents are refused.</param>
    public async Task BeginAsync(int round, long first, long documents)
    {
        await AppendAsync(json =>
        {
            json.WriteNumber("round", round);
            json.WriteString("of", Current);
            json.WriteNumber("until", Round == 0 ? first : _findings);
            json.WriteNumber("documents", documents);
        });
        await ForgetAsync(CancellationToken.None);
    }

    /// <summary>Moves a shard forward, and returns when that survives a power loss.</summary>
    /// <param name="findings">Whole lines, ends included, about documents up to the position that are refused again.</param>
    public async Task MoveToAsync(int shard, ItemPosition position, ReadOnlyMemory<byte> findings)
    {
        // Not to be given up half-way: what was sent is acknowledged already.
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (!findings.IsEmpty)
            {
                await _files.AppendAsync(Current, findings, CancellationToken.None);
            }

            await AppendAsync(json =>
            {
                json.WriteNumber("round", Round);
                json.WriteNumber("shard", shard);
                json.WriteNumber("sent", position.Position);
                json.WriteNumber("findings", _findings + findings.Length);
                json.WriteStartObject("numbers");
                foreach (var (name, number) in position.Numbers)
                {
                    json.WriteNumber(name, number);
                }

                json.WriteEndObject();
            });
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the round: all of it is sent, and what it left takes the place of what it read.</summary>
    public async Task EndAsync()
    {
        await AppendAsync(json =>
        {
            json.WriteNumber("round", Round);
            json.WriteBoolean("done", true);
        });
        await ForgetAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static string NameOf(int round) => $"findings-{round}.ndjson";

    private static ImmutableSortedDictionary<string, long> Plus(ImmutableSortedDictionary<string, long> numbers, IEnumerable<KeyValuePair<string, long>> more) =>
        more.Aggregate(numbers, (sum, number) => sum.SetItem(number.Key, sum.GetValueOrDefault(number.Key) + number.Value));

    /// <summary>Takes in a line, read or just written: both come to the same.</summary>
    private void Take(JsonElement line)
    {
        if (line.TryGetProperty("of", out var of))
        {
            _earlier = _shards.Values.Aggregate(_earlier, (sum, shard) => Plus(sum, shard.Numbers));
            (_shards, _of, _until, _findings) = (_shards.Clear(), of.GetString()!, line.GetProperty("until").GetInt64(), 0);
            (Round, IsUnderWay, Documents) = (line.GetProperty("round").GetInt32(), true, line.GetProperty("documents").GetInt64());
        }
        else if (line.TryGetProperty("shard", out var shard))
        {
            var numbers = line.GetProperty("numbers").EnumerateObject().ToImmutableSortedDictionary(number => number.Name, number => number.Value.GetInt64(), StringComparer.Ordinal);
            _shards = _shards.SetItem(shard.GetInt32(), new(line.GetProperty("sent").GetInt64(), false, numbers));
            _findings = line.GetProperty("findings").GetInt64();
        }
        else
        {
            IsUnderWay = false;
        }
    }

    private async Task AppendAsync(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        await _files.AppendAsync(Name, line.ToArray(), CancellationToken.None);
        using var taken = JsonDocument.Parse(line.GetBuffer().AsMemory(0, (int)line.Length));
        Take(taken.RootElement);
    }

    /// <summary>Deletes findings that others have taken the place of; what is gone already is no error.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        foreach (var name in await _files.ListAsync(cancellationToken))
        {
            if (name.StartsWith("findings", StringComparison.Ordinal) && name != Current && !(IsUnderWay && name == _of))
            {
                await _files.DeleteAsync(name, cancellationToken);
            }
        }
    }
}
