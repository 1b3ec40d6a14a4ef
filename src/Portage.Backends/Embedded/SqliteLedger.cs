using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Portage.Engine.Ledger;
using Portage.Model.Steps;

namespace Portage.Backends.Embedded;

/// <summary>
/// The ledger in one SQLite file: WAL, <c>synchronous=FULL</c>, one writer that groups the appends which wait at the
/// same time into one commit.
/// </summary>
/// <remarks>
/// Tables: <c>events(sequence, at, body)</c>, where <c>at</c> is UTC ticks and <c>body</c> the JSON of one event, and
/// <c>lease(token)</c>. <c>PRAGMA user_version</c> is the format's version.
/// </remarks>
public sealed class SqliteLedger : ILedger
{
    /// <summary>The version of the format that this release writes; it reads the earlier ones. 1 had <c>&gt;</c> for <c>@</c> in addresses.</summary>
    public const int FormatVersion = 2;

    // A burst of that many callers waits in line; each wait is one commit at most.
    private const int WaitingMax = 1_024;

    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(WaitingMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task _writer;
    private long _sequence;

    private SqliteLedger(SqliteConnection connection, TimeProvider time, long token, long sequence)
    {
        (_connection, _time, Token, _sequence) = (connection, time, token, sequence);
        _writer = Task.Factory.StartNew(WriteAllAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <inheritdoc/>
    public long Token { get; }

    /// <summary>Opens the ledger for appending, makes it where it is missing, and takes the next fencing token. The caller holds the home's lock.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    /// <exception cref="LedgerFullException">The disk is full.</exception>
    public static SqliteLedger Open(string path, TimeProvider time)
    {
        var connection = LedgerReading.Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Open();

            // Before anything is changed: it may be somebody else's database.
            LedgerReading.CheckVersion(connection, path);
            LedgerReading.Execute(connection, "PRAGMA journal_mode=WAL");
            LedgerReading.Execute(connection, "PRAGMA synchronous=FULL");
            using var transaction = connection.BeginTransaction();
            LedgerReading.Execute(connection, "CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL)");
            LedgerReading.Execute(connection, "CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL)");
            LedgerReading.Execute(connection, "INSERT INTO lease (id, token) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET token = token + 1");
            LedgerReading.Execute(connection, $"PRAGMA user_version={FormatVersion}");
            transaction.Commit();
            return new(connection, time, LedgerReading.Scalar(connection, "SELECT token FROM lease"), LedgerReading.Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM events"));
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Translate(e, path);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads the events after a sequence without taking the lease, also while a controller writes, and also where nothing can be written.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static IReadOnlyList<RecordedEvent> ReadAfter(string path, long sequence)
    {
        var events = new List<RecordedEvent>();
        ReadAfter(path, sequence, long.MaxValue, withSteps: true, events.Add);
        return events;
    }

    /// <summary>As <see cref="ReadAfter(string, long)"/>, for who needs each event only for a moment: what came before a failure was given already.</summary>
    /// <param name="upTo">The last one that is of interest.</param>
    /// <param name="withSteps">False where events of steps are passed over unread, which is most of the work.</param>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static void ReadAfter(string path, long sequence, long upTo, bool withSteps, Action<RecordedEvent> take) => LedgerReading.Read(path, 0, connection =>
    {
        LedgerReading.ForEachAfter(connection, sequence, upTo, path, withSteps, take);
        return 0;
    });

    /// <summary>The last sequence there is; 0 when there is no ledger yet.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static long LastSequence(string path) =>
        LedgerReading.Read(path, 0, connection => LedgerReading.Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM events"));

    /// <summary>
    /// What tells one state of a ledger from every other: the last event's number, and a digest of it and its time, so that another ledger
    /// of the same length is another one. Null when there are no events.
    /// </summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static string? Mark(string path) => LedgerReading.Read(path, default(string), static connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, at, body FROM events ORDER BY sequence DESC LIMIT 1";
        using var reader = command.ExecuteReader();
        return reader.Read() ? $"{reader.GetInt64(0)} {reader.GetInt64(1)} {Fingerprint.Of(reader.GetFieldValue<byte[]>(2)).Hex}" : null;
    });

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RecordedEvent>> AppendAsync(IReadOnlyList<LedgerEvent> events, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(events, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);

        // Not cancellable from here on: the caller must learn whether it was written.
        return await waiting.Written.Task;
    }

    /// <inheritdoc/>
    public IEnumerable<RecordedEvent> Read(long sequence) => ReadAfter(_connection.DataSource, sequence);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
        await _connection.DisposeAsync();
    }

    /// <summary>What this very connection is set to: the journal, and how far a commit waits for the disk (2 is <c>FULL</c>).</summary>
    internal (string Journal, long Synchronous) Durability
    {
        get
        {
            using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode";
            return ((string)command.ExecuteScalar()!, LedgerReading.Scalar(_connection, "PRAGMA synchronous"));
        }
    }

    /// <summary>For tests of a full disk: the database may not grow beyond this many pages.</summary>
    internal void LimitPages(int pages) => LedgerReading.Execute(_connection, $"PRAGMA max_page_count={pages}");

    private async Task WriteAllAsync()
    {
        var group = new List<Waiting>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (_waiting.Reader.TryRead(out var waiting))
            {
                group.Add(waiting);
            }

            try
            {
                var written = Commit(group);
                for (var i = 0; i < group.Count; i++)
                {
                    group[i].Written.SetResult(written[i]);
                }
            }
            catch (SqliteException e)
            {
                Fail(group, Translate(e, _connection.DataSource));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whoever waits must learn of it, and the next group may fare better.
                Fail(group, e);
            }

            group.Clear();
        }
    }

    private static void Fail(List<Waiting> group, Exception why)
    {
        foreach (var waiting in group)
        {
            waiting.Written.SetException(why);
        }
    }

    private List<IReadOnlyList<RecordedEvent>> Commit(List<Waiting> group)
    {
        using var transaction = _connection.BeginTransaction();
        var token = LedgerReading.Scalar(_connection, "SELECT token FROM lease");
        if (token != Token)
        {
            throw new LeaseLostException($"Another process has taken the ledger (token {token}, ours is {Token}).");
        }

        using var insert = _connection.CreateCommand();
        insert.CommandText = "INSERT INTO events (sequence, at, body) VALUES ($sequence, $at, $body)";
        var sequence = insert.Parameters.Add("$sequence", SqliteType.Integer);
        var at = insert.Parameters.Add("$at", SqliteType.Integer);
        var body = insert.Parameters.Add("$body", SqliteType.Blob);
        var now = _time.GetUtcNow();
        var next = _sequence;
        var written = new List<IReadOnlyList<RecordedEvent>>(group.Count);
        foreach (var waiting in group)
        {
            var recorded = new List<RecordedEvent>(waiting.Events.Count);
            foreach (var happened in waiting.Events)
            {
                next++;
                sequence.Value = next;
                at.Value = now.UtcTicks;
                body.Value = LedgerJson.Write(happened);
                insert.ExecuteNonQuery();
                recorded.Add(new(next, now, happened));
            }

            written.Add(recorded);
        }

        transaction.Commit();
        _sequence = next;
        return written;
    }

    private static Exception Translate(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        LedgerReading.Full => new LedgerFullException($"There is no room left for {path}.", e),
        LedgerReading.IoError => new LedgerFullException($"{path} cannot be written: {e.Message}", e),
        LedgerReading.ReadOnly => new LedgerFullException($"{path} may not be written: {e.Message}", e),
        _ => LedgerReading.Translate(e, path),
    };

    private sealed record Waiting(IReadOnlyList<LedgerEvent> Events, TaskCompletionSource<IReadOnlyList<RecordedEvent>> Written);
}
