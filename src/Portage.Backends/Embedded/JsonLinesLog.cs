using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Portage.Backends.Embedded;

/// <summary>
/// Writes logs as JSON lines, one file a day and service, ready for any shipper: <c>time, level, service, session, run, step, attempt,
/// event, message, exception</c>. The files outlive the process.
/// </summary>
/// <param name="folder">Where the files go.</param>
/// <param name="service">As <c>controller</c>.</param>
public sealed class JsonLinesLog(string folder, string service, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private static readonly string[] ScopeFields = ["Session", "Run", "Step", "Attempt"];

    // Addresses as users type them, so that the files can be searched for them.
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Writer(this);

    /// <inheritdoc/>
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Every line is written when it is spoken; nothing is held back.
    }

    private void Write(LogLevel level, EventId id, string message, Exception? exception)
    {
        var now = time.GetUtcNow();
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Plain))
        {
            json.WriteStartObject();
            json.WriteString("time", now);
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("service", service);
            var scope = new Dictionary<string, string?>(StringComparer.Ordinal);
            _scopes.ForEachScope(
                static (state, fields) =>
                {
                    if (state is IEnumerable<KeyValuePair<string, object>> pairs)
                    {
                        foreach (var (name, value) in pairs)
                        {
                            fields[name] = value.ToString();
                        }
                    }
                },
                scope);
            foreach (var field in ScopeFields.Where(scope.ContainsKey))
            {
                json.WriteString(field.ToLowerInvariant(), scope[field]);
            }

            json.WriteNumber("event", id.Id);
            json.WriteString("message", message);
            if (exception is not null)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_gate)
        {
            try
            {
                Directory.CreateDirectory(folder);
                using var file = new FileStream(Path.Combine(folder, $"{service}-{now:yyyyMMdd}.jsonl"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
                file.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not end the work that the log is about; the ledger says what matters.
            }
        }
    }

    private sealed class Writer(JsonLinesLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => log._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(logLevel, eventId, formatter(state, exception), exception);
            }
        }
    }
}
