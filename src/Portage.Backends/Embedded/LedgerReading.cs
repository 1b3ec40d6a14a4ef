using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Portage.Engine.Ledger;
using SQLitePCL;

namespace Portage.Backends.Embedded;

/// <summary>Reads a ledger's file, whoever writes it at the same time, and whether or not this process may write there.</summary>
internal static class LedgerReading
{
    public const int ReadOnly = 8;
    public const int IoError = 10;
    public const int Full = 13;

    private const int Corrupt = 11;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Reads something of a ledger; the default where there is none.</summary>
    /// <exception cref="LedgerUnusableException">A newer release wrote it, it is damaged, or it cannot be read.</exception>
    public static T Read<T>(string path, T ifNone, Func<SqliteConnection, T> read)
    {
        if (!File.Exists(path))
        {
            return ifNone;
        }

        try
        {
            try
            {
                // As a writer that only queries: readers keep their place in the shared memory beside the file, which must be written.
                using var connection = Connect(path, SqliteOpenMode.ReadWrite);
                return ReadWith(connection, "PRAGMA query_only=1");
            }
            catch (SqliteException e) when (e.SqliteErrorCode is ReadOnly or IoError or Full or CannotOpen)
            {
                return ReadAsItLies();
            }
        }
        catch (SqliteException e)
        {
            throw Translate(e, path);
        }

        T ReadAsItLies()
        {
            // A full disk, or a file system that is read-only: without locks and shared memory, which only writers need; none can be there.
            var uri = new Uri(path).AbsoluteUri;
            var hasLog = File.Exists($"{path}-wal") && new FileInfo($"{path}-wal").Length > 0;
            using var connection = Connect($"{uri}?mode=ro&{(hasLog ? "vfs=unix-none" : "immutable=1")}", SqliteOpenMode.ReadOnly);

            // Exclusive: the index of the log is then kept in memory.
            return ReadWith(connection, "PRAGMA locking_mode=EXCLUSIVE");
        }

        T ReadWith(SqliteConnection connection, string prepare)
        {
            connection.Open();
            Execute(connection, prepare);
            CheckVersion(connection, path);
            return Scalar(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'events'") == 0 ? ifNone : read(connection);
        }
    }

    /// <summary>Gives the events after a sequence one by one, all of them: numbers have no gaps.</summary>
    /// <param name="upTo">The last one that is of interest.</param>
    /// <param name="withSteps">False where events of steps are passed over unread.</param>
    /// <exception cref="LedgerUnusableException">An event cannot be read, or is missing.</exception>
    public static void ForEachAfter(SqliteConnection connection, long after, long upTo, string path, bool withSteps, Action<RecordedEvent> take)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence, at, body FROM events WHERE sequence > $after AND sequence <= $upTo ORDER BY sequence";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$upTo", upTo);
        using var reader = command.ExecuteReader();
        var expected = after;
        while (reader.Read())
        {
            expected++;
            var sequence = reader.GetInt64(0);
            if (sequence != expected)
            {
                throw new LedgerUnusableException($"{path} lacks {(sequence - expected == 1 ? $"event {expected}" : $"events {expected} to {sequence - 1}")}; it goes on with event {sequence}.", isNewer: false, null);
            }

            RecordedEvent recorded;
            try
            {
                // Where the database has it: a copy of each event is as much again as all that is kept of them.
                var body = raw.sqlite3_column_blob(reader.Handle, 2);
                if (!withSteps && StepEventNames.Begin(body))
                {
                    continue;
                }

                recorded = new(sequence, new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero), LedgerJson.Read(body));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException or ArgumentException)
            {
                // Damage that the database does not notice: a value of another type, or none.
                throw new LedgerUnusableException($"Event {sequence} of {path} cannot be read: {e.Message}", isNewer: false, e);
            }

            take(recorded);
        }
    }

    /// <summary>A connection that is not open yet.</summary>
    /// <remarks>Pooling would keep the file open after disposal.</remarks>
    public static SqliteConnection Connect(string source, SqliteOpenMode mode) =>
        new(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ConnectionString);

    /// <exception cref="LedgerUnusableException">It is of a newer release, or not ours.</exception>
    public static void CheckVersion(SqliteConnection connection, string path)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        if (version > SqliteLedger.FormatVersion)
        {
            throw new LedgerUnusableException($"{path} has format {version}; this release knows up to {SqliteLedger.FormatVersion}.", isNewer: true, null);
        }

        if (version == 0 && Scalar(connection, "SELECT COUNT(*) FROM sqlite_master") > 0)
        {
            throw new LedgerUnusableException($"{path} is a database, but not a ledger of ours.", isNewer: false, null);
        }
    }

    /// <summary>What a failure to read means.</summary>
    public static LedgerUnusableException Translate(SqliteException e, string path) =>
        new($"{path} {(e.SqliteErrorCode is Corrupt or NotADatabase ? "is damaged" : "cannot be read")}: {e.Message}", isNewer: false, e);

    [SuppressMessage("Security", "CA2100", Justification = "Every statement is a literal of these files.")]
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Every statement is a literal of these files.")]
    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), provider: null);
    }
}
