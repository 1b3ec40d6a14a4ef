using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Portage.Engine.Ledger;

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

    private const int SqliteFull = 13;
    private const int SqliteIoError = 10;
    private const int SqliteReadOnly = 8;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

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
        var connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            // Before anything is changed: it may be somebody else's database.
            CheckVersion(connection, path);
            Execute(connection, "PRAGMA journal_mode=WAL");
            Execute(connection, "PRAGMA synchronous=FULL");
            using var transaction = connection.BeginTransaction();
            Execute(connection, "CREATE TABLE IF NOT EXISTS events (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL)");
            Execute(connection, "CREATE TABLE IF NOT EXISTS lease (id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL)");
            Execute(connection, "INSERT INTO lease (id, token) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET token = token + 1");
            Execute(connection, $"PRAGMA user_version={FormatVersion}");
            transaction.Commit();
            return new(connection, time, Scalar(connection, "SELECT token FROM lease"), Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM events"));
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

    /// <summary>Reads the events after a sequence without taking the lease, also while a controller writes.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static IReadOnlyList<RecordedEvent> ReadAfter(string path, long sequence)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite);
            Execute(connection, "PRAGMA query_only=1");
            CheckVersion(connection, path);
            return Scalar(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'events'") == 0 ? [] : Read(connection, sequence, path);
        }
        catch (SqliteException e)
        {
            throw Translate(e, path);
        }
    }

    /// <summary>The last sequence there is; 0 when there is no ledger yet.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, or it is damaged.</exception>
    public static long LastSequence(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        try
        {
            using var connection = Connect(path, SqliteOpenMode.ReadWrite);
            Execute(connection, "PRAGMA query_only=1");
            CheckVersion(connection, path);
            return Scalar(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'events'") == 0 ? 0 : Scalar(connection, "SELECT COALESCE(MAX(sequence), 0) FROM events");
        }
        catch (SqliteException e)
        {
            throw Translate(e, path);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RecordedEvent>> AppendAsync(IReadOnlyList<LedgerEvent> events, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(events, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);

        // Not cancellable from here on: the caller must learn whether it was written.
        return await waiting.Written.Task;
    }

    /// <inheritdoc/>
    public IEnumerable<RecordedEvent> Read(long sequence)
    {
        using var connection = Connect(_connection.DataSource, SqliteOpenMode.ReadWrite);
        Execute(connection, "PRAGMA query_only=1");
        return Read(connection, sequence, _connection.DataSource);
    }

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
            return ((string)command.ExecuteScalar()!, Scalar(_connection, "PRAGMA synchronous"));
        }
    }

    /// <summary>For tests of a full disk: the database may not grow beyond this many pages.</summary>
    internal void LimitPages(int pages) => Execute(_connection, $"PRAGMA max_page_count={pages}");

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // Pooling would keep the file open after disposal.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Translate(e, path);
        }
    }

    private static void CheckVersion(SqliteConnection connection, string path)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        if (version > FormatVersion)
        {
            throw new LedgerUnusableException($"{path} has format {version}; this release knows up to {FormatVersion}.", isNewer: true, null);
        }

        if (version == 0 && Scalar(connection, "SELECT COUNT(*) FROM sqlite_master") > 0)
        {
            throw new LedgerUnusableException($"{path} is a database, but not a ledger of ours.", isNewer: false, null);
        }
    }

    private static List<RecordedEvent> Read(SqliteConnection connection, long after, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, at, body FROM events WHERE sequence > $after ORDER BY sequence";
        command.Parameters.AddWithValue("$after", after);
        using var reader = command.ExecuteReader();
        var events = new List<RecordedEvent>();
        while (reader.Read())
        {
            var sequence = reader.GetInt64(0);
            try
            {
                events.Add(new(sequence, new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero), LedgerJson.Read(reader.GetFieldValue<byte[]>(2))));
            }
            catch (JsonException e)
            {
                throw new LedgerUnusableException($"Event {sequence} of {path} cannot be read: {e.Message}", isNewer: false, e);
            }
        }

        return events;
    }

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
        var token = Scalar(_connection, "SELECT token FROM lease");
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
        SqliteFull => new LedgerFullException($"There is no room left for {path}.", e),
        SqliteIoError => new LedgerFullException($"{path} cannot be written: {e.Message}", e),
        SqliteReadOnly => new LedgerFullException($"{path} may not be written: {e.Message}", e),
        SqliteCorrupt or SqliteNotADatabase => new LedgerUnusableException($"{path} is damaged: {e.Message}", isNewer: false, e),
        _ => new LedgerUnusableException($"{path} cannot be opened: {e.Message}", isNewer: false, e),
    };

    [SuppressMessage("Security", "CA2100", Justification = "Every statement is a literal of this file.")]
    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Every statement is a literal of this file.")]
    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), provider: null);
    }

    private sealed record Waiting(IReadOnlyList<LedgerEvent> Events, TaskCompletionSource<IReadOnlyList<RecordedEvent>> Written);
}
