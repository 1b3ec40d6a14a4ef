using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Portage.Engine.Ports;

namespace Portage.Backends.Embedded;

/// <summary>The log files of a home, read a day at a time: what is kept in memory is one day's lines at most.</summary>
/// <param name="home">The home.</param>
public sealed class LogFiles(Home home) : ILogReader
{
    private const int BufferBytes = 64 * 1024;
    private const string DayFormat = "yyyyMMdd";

    private readonly Dictionary<string, long> _positions = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool IsEmpty => !Directory.Exists(home.Logs) || !Directory.EnumerateFiles(home.Logs, "*.jsonl").Any();

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogLine>> ReadLastAsync(int count, DateTimeOffset? since, Func<LogLine, bool> isWanted, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<LogLine>>(ReadLast(count, since, isWanted));

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadNewAsync(DateTimeOffset? since, Func<LogLine, bool> isWanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        foreach (var line in ReadNew(since, isWanted))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return line;
        }
    }

    internal IEnumerable<LogLine> ReadNew(DateTimeOffset? since, Func<LogLine, bool> isWanted) =>
        Days().Where(day => !IsBefore(day.Key, since)).SelectMany(day => OfDay(day, since, isWanted));

    private List<LogLine> ReadLast(int count, DateTimeOffset? since, Func<LogLine, bool> isWanted)
    {
        var days = Days().Reverse().ToArray();
        var found = new List<LogLine>();
        foreach (var day in days)
        {
            if (found.Count >= count || IsBefore(day.Key, since))
            {
                // Files of days that are over grow no more, and the present day's are always read.
                foreach (var file in day)
                {
                    _positions[file] = new FileInfo(file).Length;
                }

                continue;
            }

            found.InsertRange(0, OfDay(day, since, isWanted));
        }

        return found.Count > count ? found[^count..] : found;
    }

    // One file a day and service: controller-20261128.jsonl.
    private IEnumerable<IGrouping<string, string>> Days() =>
        (Directory.Exists(home.Logs) ? Directory.EnumerateFiles(home.Logs, "*.jsonl") : [])
        .GroupBy(file => Path.GetFileNameWithoutExtension(file) is { Length: > 8 } name ? name[^DayFormat.Length..] : "")
        .OrderBy(day => day.Key, StringComparer.Ordinal);

    private static bool IsBefore(string day, DateTimeOffset? since) =>
        since is { } from && string.CompareOrdinal(day, from.UtcDateTime.ToString(DayFormat, provider: null)) < 0;

    private IEnumerable<LogLine> OfDay(IEnumerable<string> files, DateTimeOffset? since, Func<LogLine, bool> isWanted) =>
        files.SelectMany(Read).Where(line => (since is null || line.At >= since) && isWanted(line)).OrderBy(line => line.At);

    private IEnumerable<LogLine> Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        stream.Position = _positions.GetValueOrDefault(file);
        var buffer = new byte[BufferBytes];
        var (begin, end) = (0, 0);
        while (true)
        {
            if (end == buffer.Length)
            {
                // A line goes on beyond the buffer, or what is left of the last one moves to its front.
                var larger = begin == 0 ? new byte[buffer.Length * 2] : buffer;
                buffer.AsSpan(begin, end - begin).CopyTo(larger);
                (buffer, begin, end) = (larger, 0, end - begin);
            }

            var count = stream.Read(buffer, end, buffer.Length - end);
            if (count == 0)
            {
                // A last line without an end is still being written: the next look finds it whole.
                yield break;
            }

            end += count;
            while (Array.IndexOf(buffer, (byte)'\n', begin, end - begin) is >= 0 and var lineEnd)
            {
                var line = Parse(buffer.AsMemory(begin, lineEnd - begin));
                _positions[file] = _positions.GetValueOrDefault(file) + lineEnd + 1 - begin;
                begin = lineEnd + 1;
                if (line is not null)
                {
                    yield return line;
                }
            }
        }
    }

    /// <summary>Null for a line that a crash cut off: it says nothing any more.</summary>
    private static LogLine? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("time", out var time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var at)
                ? new(at, Encoding.UTF8.GetString(text.Span), Field(json, "session"), Field(json, "step"), Field(json, "level"), Field(json, "service"), Field(json, "message"), Field(json, "exception"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Field(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
